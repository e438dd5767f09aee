//! What the caller and the AI say. It is recorded afterwards, so it is accepted even when the call is over.

use super::callback::voicemail_route;
use super::{Decision, ensure_exists, ensure_not_erased, new_facts, received_at, unless_known};
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
            unless_known(
                call.dialogue.escalations.contains(rule),
                CallEvent::EscalationTriggered { at, rule: rule.clone() },
            )
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
