//! What the caller and the AI say. The caller's words are callbacks and are always recorded. The AI says nothing more once
//! the call is over or a team member has it; what it noted from earlier words (fields, failures) is recorded all the same.

use super::callback::voicemail_route;
use super::{Decision, ensure_active, ensure_exists, ensure_not_erased, new_facts, received_at, unless_known};
use crate::call::command::{CallCommand, HandleCallerTurn};
use crate::call::error::CallError;
use crate::call::event::CallEvent;
use crate::call::state::Call;
use crate::invalid::{Invalid, non_blank};

/// Maximum length of the name of a rule, field or provider, in characters.
const MAX_NAME: usize = 100;

/// A turn of the caller.
pub(super) fn caller_turn(call: &Call, callback: &HandleCallerTurn) -> Vec<CallEvent> {
    let fact = CallEvent::CallerTurn {
        at: callback.at,
        turn: callback.turn.unwrap_or_else(|| call.next_turn()),
        text: callback.text.clone(),
        confidence: callback.confidence,
        started_at: callback.started_at,
        ended_at: callback.ended_at,
        source: callback.source.clone(),
    };
    new_facts(call, received_at(callback.at), &callback.origin, vec![fact])
}

pub(super) fn decide(call: &Call, command: &CallCommand) -> Decision {
    ensure_exists(call)?;
    if is_act(command) {
        ensure_ai_has_call(call)?;
    }
    let at = command.at();
    match command {
        CallCommand::RouteToVoicemail { reason, .. } => Ok(voicemail_route(call, at, *reason).into_iter().collect()),
        CallCommand::DiscloseAi { text, .. } => {
            let text = text.clone();
            unless_known(call.dialogue.ai_disclosed, CallEvent::AiDisclosed { at, text })
        }
        CallCommand::PlayConsentNotice { text, .. } => {
            let text = text.clone();
            unless_known(
                call.dialogue.consent_notice,
                CallEvent::ConsentNoticePlayed { at, text },
            )
        }
        CallCommand::SpeakAi {
            turn,
            text,
            persona_version,
            model,
            latency_ms,
            tokens,
            asks_to_confirm,
            ..
        } => {
            ensure_not_erased(call)?;
            Ok(vec![CallEvent::AiTurn {
                at,
                turn: turn.unwrap_or_else(|| call.next_turn()),
                text: text.clone(),
                persona_version: *persona_version,
                model: model.clone(),
                latency_ms: *latency_ms,
                tokens: *tokens,
                asks_to_confirm: *asks_to_confirm,
            }])
        }
        CallCommand::InterruptAi {
            turn,
            heard_ms,
            heard_text,
            ..
        } => {
            ensure_not_erased(call)?;
            if *turn == 0 || *turn > call.dialogue.last_turn() {
                return Err(CallError::NoSuchTurn(*turn));
            }
            let (turn, heard_ms, heard_text) = (*turn, *heard_ms, heard_text.clone());
            Ok(vec![CallEvent::AiTurnInterrupted {
                at,
                turn,
                heard_ms,
                heard_text,
            }])
        }
        CallCommand::ReportUnclearSpeech { confidence, .. } => {
            if !(0.0..=1.0).contains(confidence) {
                return Err(Invalid::new("confidence", "is not between 0 and 1").into());
            }
            Ok(vec![CallEvent::HeardUnclearly {
                at,
                confidence: *confidence,
            }])
        }
        CallCommand::PromptSilence { .. } => Ok(vec![CallEvent::SilencePrompted { at }]),
        CallCommand::CollectField {
            field, value, valid, ..
        } => {
            ensure_not_erased(call)?;
            non_blank("field", field, MAX_NAME)?;
            Ok(vec![CallEvent::FieldCollected {
                at,
                field: field.clone(),
                value: value.clone(),
                valid: *valid,
            }])
        }
        CallCommand::TriggerEscalation { rule, .. } => {
            non_blank("rule", rule, MAX_NAME)?;
            // Also a second time: the caller who asks for a person again, after a takeover failed, waits again.
            Ok(vec![CallEvent::EscalationTriggered { at, rule: rule.clone() }])
        }
        CallCommand::TripGuardrail { rule, .. } => {
            non_blank("rule", rule, MAX_NAME)?;
            Ok(vec![CallEvent::GuardrailTripped { at, rule: rule.clone() }])
        }
        CallCommand::ReportAiFailure { provider, reason, .. } => {
            non_blank("provider", provider, MAX_NAME)?;
            Ok(vec![CallEvent::AiFailed {
                at,
                provider: provider.clone(),
                reason: reason.clone(),
            }])
        }
        // Other commands are not dispatched to this function.
        _ => Ok(Vec::new()),
    }
}

/// Whether the command is something that the AI does in the call, and not a note of what was said or went wrong.
const fn is_act(command: &CallCommand) -> bool {
    matches!(
        command,
        CallCommand::SpeakAi { .. }
            | CallCommand::RouteToVoicemail { .. }
            | CallCommand::ReportUnclearSpeech { .. }
            | CallCommand::PromptSilence { .. }
            | CallCommand::TriggerEscalation { .. }
    )
}

/// Refuses what the AI does in a call that is over, or that a team member has.
fn ensure_ai_has_call(call: &Call) -> Result<(), CallError> {
    ensure_active(call)?;
    match call.people.taken_over_by {
        Some(_) => Err(CallError::AlreadyTakenOver),
        None => Ok(()),
    }
}
