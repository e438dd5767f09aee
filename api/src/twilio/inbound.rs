//! `POST /twilio/inbound`: somebody calls one of our numbers.
//!
//! The agent that answers the number decides: within its hours the caller hears that an AI speaks and that the call is
//! recorded, then its greeting, and is listened to; otherwise they may leave a message.
//!
//! The answer is made from what was recorded, and from the agent as it was then: a repeated webhook is answered by the
//! same orders, whatever was changed in between.

use super::callback::{CallbackOutcome, CallContext, quarantine, record};
use super::{Signed, TwiML};
use crate::dialogue::voice_response;
use crate::number_routing::NumberOwner;
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use domain::agent::{Agent, Routing};
use domain::call::command::Routed;
use domain::dialogue::Phrases;
use infra::twilio::callbacks::{Endpoint, Inbound};
use infra::twilio::twiml::{self, hangup, pause, redirect, say};

/// While nobody can say who answers a number, the caller's telephone rings on for so many seconds...
const RING_S: u32 = 1;
/// ...and so often. A call that is filed under the wrong tenant stays there, so we wait as long as a caller does not mind;
/// after that the default agent answers: an installation of one tenant loses nothing by it, and a caller must not be left
/// without an answer.
const WAITS: u32 = 6;

/// Somebody calls one of our numbers. Answered with a greeting, or with the way to the voicemail.
#[utoipa::path(
    post, path = "/twilio/inbound", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn inbound(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    let inbound = match Inbound::understand(&signed.callback(Endpoint::Inbound)) {
        Ok(inbound) => inbound,
        Err(reason) => {
            quarantine(&state, &signed, Endpoint::Inbound, &reason).await?;
            return Ok(sorry());
        }
    };
    let (call_id, key) = (
        inbound.call_id.0.clone(),
        signed.command_key(Endpoint::Inbound, &inbound.key()),
    );
    let answers = match state.number_routing.of_number(&state, &inbound.number).await {
        Ok(answers) => answers,
        Err(error) => match waited(&signed) {
            times if times < WAITS => {
                tracing::warn!(%error, times, "nobody can say who answers: the caller's telephone rings on");
                return Ok(ring_on(&state, times + 1));
            }
            _ => {
                tracing::error!(%error, "nobody can say who answers: the default agent does");
                NumberOwner::default()
            }
        },
    };
    let agent = state
        .ledger
        .state::<Agent>(answers.agent.as_str())
        .await?
        .map(|(agent, _)| agent)
        .unwrap_or_default();
    let routed = route(&agent, agent.routing(inbound.at));
    let command = inbound.routed(answers.agent, routed).into();
    match record(
        &state,
        &signed,
        Endpoint::Inbound,
        &call_id,
        command,
        key,
        answers.tenant,
    )
    .await?
    {
        CallbackOutcome::Call(on_call) => answer(&state, &on_call).await,
        CallbackOutcome::Quarantined => Ok(sorry()),
    }
}

/// How often this caller's telephone rang on already.
fn waited(signed: &Signed) -> u32 {
    signed.asked("waited").and_then(|times| times.parse().ok()).unwrap_or(0)
}

/// Nothing is said yet, nor recorded: a first `<Pause>` is waited for before the call is picked up
/// (<https://www.twilio.com/docs/voice/twiml/pause>), so the caller hears it ring. Then we are asked again.
fn ring_on(state: &AppState, times: u32) -> TwiML {
    let again = state.config.callback_url(&format!("/twilio/inbound?waited={times}"));
    TwiML(twiml::Response::new().then(pause(RING_S)).then(redirect(&again)))
}

fn route(agent: &Agent, routing: Routing) -> Routed {
    match routing {
        Routing::Voicemail(reason) => Routed::Voicemail(reason),
        Routing::Answer => {
            let phrases = Phrases::of(agent.settings.language.as_deref());
            Routed::Answered {
                greeting: agent.settings.greeting.as_deref().unwrap_or(phrases.greeting).into(),
                persona_version: agent.persona_in_force,
                disclosure: Some(phrases.disclosure.to_owned()),
                consent_notice: Some(phrases.recording_notice.to_owned()),
            }
        }
    }
}

/// The orders that follow from what was recorded.
async fn answer(state: &AppState, on_call: &CallContext) -> Result<TwiML, ApiError> {
    let events = on_call.events(state).await?;
    let settings = on_call.settings(state).await?;
    Ok(TwiML(voice_response::from_events(state, &on_call.call_id, &settings, &events)))
}

/// What a caller hears when we cannot even say which call it is.
pub(super) fn sorry() -> TwiML {
    TwiML(
        twiml::Response::new()
            .then(say("We are sorry, your call cannot be taken. Please try again later."))
            .then(hangup()),
    )
}
