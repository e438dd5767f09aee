//! `POST /twilio/inbound`: an inbound call.
//!
//! Within the opening hours of the number's agent the caller hears the AI disclosure, the recording notice and the
//! greeting, and can then speak; otherwise the caller is routed to the voicemail.
//!
//! The TwiML is built from the recorded events and the agent as of the start of the call, so that a repeated webhook
//! gets the same TwiML.

use super::callback::{CallContext, CallbackOutcome, quarantine, record};
use super::voice_response;
use super::{Signed, TwiML};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use domain::agent::{Agent, Routing};
use domain::call::command::Routed;
use domain::dialogue::Phrases;
use engine::number_routing::NumberOwner;
use infra::twilio::callbacks::{Endpoint, Inbound};
use infra::twilio::twiml::{self, hangup, pause, redirect, say};

/// Ring time per retry while number routing is unavailable, in seconds.
const RING_INTERVAL_S: u32 = 1;
/// Maximum number of retries while number routing is unavailable. A call recorded under the wrong tenant stays there,
/// so the caller waits a little; then the default agent answers, which is correct for an installation with one tenant.
const MAX_RING_INTERVALS: u32 = 6;

/// An inbound call. The response is TwiML with the greeting, or a redirect to the voicemail.
#[utoipa::path(
    post, path = "/twilio/inbound", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn inbound(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    let inbound = match Inbound::understand(&signed.callback(Endpoint::Inbound)) {
        Ok(inbound) => inbound,
        Err(reason) => {
            quarantine(&state, &signed, Endpoint::Inbound, &reason).await?;
            return Ok(apology());
        }
    };
    let (call_id, key) = (
        inbound.call_id.0.clone(),
        signed.command_key(Endpoint::Inbound, &inbound.key()),
    );
    let owner = match state.number_routing.owner_of(&state.read.agents, &inbound.number).await {
        Ok(owner) => owner,
        Err(error) => match rings(&signed) {
            times if times < MAX_RING_INTERVALS => {
                tracing::warn!(%error, times, "number routing unavailable, caller kept ringing");
                return Ok(ring_on(&state, times + 1));
            }
            _ => {
                tracing::error!(%error, "number routing unavailable, using the default agent");
                NumberOwner::default()
            }
        },
    };
    let agent = state
        .ledger
        .state::<Agent>(owner.agent.as_str())
        .await?
        .map(|(agent, _)| agent)
        .unwrap_or_default();
    let routed = route(&agent, agent.routing(inbound.at));
    let command = inbound.routed(owner.agent, routed).into();
    match record(&state, &signed, Endpoint::Inbound, &call_id, command, key, owner.tenant).await? {
        CallbackOutcome::Call(context) => answer(&state, &context).await,
        CallbackOutcome::Quarantined => Ok(apology()),
    }
}

/// Number of retries so far.
fn rings(signed: &Signed) -> u32 {
    signed.query("waited").and_then(|times| times.parse().ok()).unwrap_or(0)
}

/// Lets the caller hear ringing and retries. Nothing is recorded yet: Twilio waits for a leading `<Pause>` before it
/// answers the call (<https://www.twilio.com/docs/voice/twiml/pause>).
fn ring_on(state: &AppState, times: u32) -> TwiML {
    let again = state.config.callback_url(&format!("/twilio/inbound?waited={times}"));
    TwiML(
        twiml::Response::new()
            .then(pause(RING_INTERVAL_S))
            .then(redirect(&again)),
    )
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

/// Builds the TwiML from the recorded events.
async fn answer(state: &AppState, context: &CallContext) -> Result<TwiML, ApiError> {
    let events = context.events(state).await?;
    let settings = context.settings(state).await?;
    Ok(TwiML(voice_response::from_events(
        &state.config,
        &context.call_id,
        &settings,
        &events,
    )))
}

/// An apology and a hangup, for a webhook that could not be parsed.
pub(super) fn apology() -> TwiML {
    TwiML(
        twiml::Response::new()
            .then(say("We are sorry, your call cannot be taken. Please try again later."))
            .then(hangup()),
    )
}
