//! What is said, by the caller and by the AI. It is recorded after the fact, so it is accepted even when the call is over.

use super::callback::voicemail_route;
use super::{Decision, received_at, ensure_exists, news, ensure_not_erased, unless};
use crate::call::command::{CallCommand, HandleCallerTurn};
use crate::call::error::CallError;
use crate::call::event::CallEvent;
use crate::call::state::Call;
use crate::invalid::{Invalid, words};

/// As long as the name of a rule, field or provider may be, in characters.
const MAX_NAME: usize = 100;

/// What the caller said.
pub(super) fn caller(call: &Call, heard: &HandleCallerTurn) -> Vec<CallEvent> {
    let fact = CallEvent::CallerTurn {
        at: heard.at,
        turn: heard.turn.unwrap_or_else(|| call.next_turn()),
        text: heard.text.clone(),
        confidence: heard.confidence,
        started_at: heard.started_at,
        ended_at: heard.ended_at,
        source: heard.source.clone(),
    };
    news(call, received_at(heard.at), &heard.origin, vec![fact])
}

pub(super) fn decide(call: &Call, command: &CallCommand) -> Decision {
    ensure_exists(call)?;
    let at = command.at();
    match command {
        CallCommand::RouteToVoicemail { reason, .. } => Ok(voicemail_route(call, at, *reason).into_iter().collect()),
        CallCommand::DiscloseAi { text, .. } => {
            let text = text.clone();
            unless(call.talk.ai_disclosed, CallEvent::AiDisclosed { at, text })
        }
        CallCommand::PlayConsentNotice { text, .. } => {
            let text = text.clone();
            unless(call.talk.consent_notice, CallEvent::ConsentNoticePlayed { at, text })
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
            if *turn == 0 || *turn > call.talk.last_turn {
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
            words("field", field, MAX_NAME)?;
            Ok(vec![CallEvent::FieldCollected {
                at,
                field: field.clone(),
                value: value.clone(),
                valid: *valid,
            }])
        }
        CallCommand::TriggerEscalation { rule, .. } => {
            words("rule", rule, MAX_NAME)?;
            unless(
                call.talk.escalations.contains(rule),
                CallEvent::EscalationTriggered { at, rule: rule.clone() },
            )
        }
        CallCommand::TripGuardrail { rule, .. } => {
            words("rule", rule, MAX_NAME)?;
            Ok(vec![CallEvent::GuardrailTripped { at, rule: rule.clone() }])
        }
        CallCommand::ReportAiFailure { provider, reason, .. } => {
            words("provider", provider, MAX_NAME)?;
            Ok(vec![CallEvent::AiFailed {
                at,
                provider: provider.clone(),
                reason: reason.clone(),
            }])
        }
        // The commands of the other themes do not come here.
        _ => Ok(Vec::new()),
    }
}
