//! `POST /twilio/inbound`: somebody calls one of our numbers.
//!
//! The agent that answers the number decides: within its hours the caller hears its greeting, otherwise they may leave a
//! message. Until the phone line has an AI that listens, the greeting is followed by the voicemail and not by silence:
//! the caller is not left waiting for an answer that cannot come, and the call says so (`ai_unavailable`).
//!
//! The answer is made from what was recorded, and from the agent as it was then: a repeated webhook is answered by the
//! same orders, whatever was changed in between.

use super::hear::{Heard, OnCall, keep, tell};
use super::{Signed, TwiML};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use domain::agent::{Agent, AgentSettings, Routing};
use domain::call::CallEvent;
use domain::call::command::Routed;
use domain::call::value::VoicemailReason;
use infra::twilio::callbacks::{Endpoint, Inbound};
use infra::twilio::twiml::{self, Verb, hangup, redirect, say};

/// What an agent says that was given no greeting.
const GREETING: &str = "Hello, and thank you for calling.";

/// Somebody calls one of our numbers. Answered with a greeting, or with the way to the voicemail.
#[utoipa::path(
    post, path = "/twilio/inbound", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn inbound(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    let inbound = match Inbound::understand(&signed.callback(Endpoint::Inbound)) {
        Ok(inbound) => inbound,
        Err(reason) => {
            keep(&state, &signed, Endpoint::Inbound, &reason).await?;
            return Ok(sorry());
        }
    };
    let (call_id, key) = (
        inbound.call_id.0.clone(),
        signed.command_key(Endpoint::Inbound, &inbound.key()),
    );
    let agent_id = state.directory.agent_of(&state, &inbound.number).await;
    let agent = state
        .ledger
        .state::<Agent>(agent_id.as_str())
        .await?
        .map(|(agent, _)| agent)
        .unwrap_or_default();
    let routed = route(&agent, agent.routing(inbound.at));
    let command = inbound.routed(agent_id, routed).into();
    match tell(&state, &signed, Endpoint::Inbound, &call_id, command, key).await? {
        Heard::Call(on_call) => answer(&state, &on_call).await,
        Heard::Unrouted => Ok(sorry()),
    }
}

fn route(agent: &Agent, routing: Routing) -> Routed {
    match routing {
        Routing::Voicemail(reason) => Routed::Voicemail(reason),
        Routing::Answer => Routed::Answered {
            greeting: agent.settings.greeting.as_deref().unwrap_or(GREETING).into(),
            persona_version: agent.persona_in_force,
            // The greeting is the agent's own words, and nothing says what they disclose.
            discloses_ai: false,
            consent_notice: false,
        },
    }
}

/// The orders that follow from what was recorded.
async fn answer(state: &AppState, on_call: &OnCall) -> Result<TwiML, ApiError> {
    let events = on_call.events(state).await?;
    let settings = on_call.settings(state).await?;
    let id = &on_call.call_id;
    let voicemail = |reason: VoicemailReason| {
        redirect(
            &state
                .config
                .callback_url(&format!("/twilio/voicemail?call_id={id}&reason={reason}")),
        )
    };
    let greeting = events.iter().find_map(|event| match event {
        CallEvent::AiTurn { turn: 1, text, .. } => text.text().map(|words| spoken(words, &settings)),
        _ => None,
    });
    let sent_away = events.iter().find_map(|event| match event {
        CallEvent::RoutedToVoicemail { reason, .. } => Some(*reason),
        _ => None,
    });
    let reason = sent_away.unwrap_or(VoicemailReason::AiUnavailable);
    Ok(TwiML(
        twiml::Response::new().then_maybe(greeting).then(voicemail(reason)),
    ))
}

/// Words in the agent's voice and language.
pub(super) fn spoken(words: &str, settings: &AgentSettings) -> Verb {
    say(words)
        .with_maybe("voice", settings.voice.as_deref())
        .with_maybe("language", settings.language.as_deref())
}

/// What a caller hears when we cannot even say which call it is.
fn sorry() -> TwiML {
    TwiML(
        twiml::Response::new()
            .then(say("We are sorry, your call cannot be taken. Please try again later."))
            .then(hangup()),
    )
}
