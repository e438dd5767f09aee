//! `POST /twilio/inbound`: somebody calls one of our numbers.
//!
//! The agent that answers the number decides: within its hours the caller hears that an AI speaks and that the call is
//! recorded, then its greeting, and is listened to; otherwise they may leave a message.
//!
//! The answer is made from what was recorded, and from the agent as it was then: a repeated webhook is answered by the
//! same orders, whatever was changed in between.

use super::hear::{Heard, OnCall, keep, tell};
use super::{Signed, TwiML};
use crate::conversation::orders;
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use domain::agent::{Agent, Routing};
use domain::call::command::Routed;
use domain::conversation::Phrases;
use infra::twilio::callbacks::{Endpoint, Inbound};
use infra::twilio::twiml::{self, hangup, say};

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
        Routing::Answer => {
            let phrases = Phrases::of(agent.settings.language.as_deref());
            Routed::Answered {
                greeting: agent.settings.greeting.as_deref().unwrap_or(phrases.greeting).into(),
                persona_version: agent.persona_in_force,
                // Both are said before the greeting, in the agent's language: see `conversation::orders`.
                discloses_ai: true,
                consent_notice: true,
            }
        }
    }
}

/// The orders that follow from what was recorded.
async fn answer(state: &AppState, on_call: &OnCall) -> Result<TwiML, ApiError> {
    let events = on_call.events(state).await?;
    let settings = on_call.settings(state).await?;
    Ok(TwiML(orders::after(state, &on_call.call_id, &settings, &events)))
}

/// What a caller hears when we cannot even say which call it is.
pub(super) fn sorry() -> TwiML {
    TwiML(
        twiml::Response::new()
            .then(say("We are sorry, your call cannot be taken. Please try again later."))
            .then(hangup()),
    )
}
