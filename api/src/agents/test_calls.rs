//! `POST /api/agents/{id}/test-calls`: a user tests the agent in a text call.
//!
//! A test call is a normal call: with webhooks, the agent's opening hours, turns, recordings and events. In the ledger
//! it is recognized by the caller's number and the caller name.

use super::{DEFAULT, agent};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::text_calls::{Placed, PlacedCall, place, require_sandbox};
use crate::web::{CommandKey, PathOf};
use axum::extract::State;
use domain::agent::Agent;
use engine::jobs::numbers;
use infra::twilio::sandbox::TextCaller;

/// Caller's number: Twilio's test number (<https://www.twilio.com/docs/iam/test-credentials>), which is not assigned.
const CALLER: &str = "+15005550006";
/// Caller name of a test call.
const CALLER_NAME: &str = "Test call";
/// Last three digits of the numbers reserved for fictional use, for a default agent without a number of its own:
/// <https://www.nanpa.com/numbering/555-line-numbers>.
const FICTIONAL_NUMBERS: std::ops::Range<u32> = 100..200;

/// Calls the agent with a test caller for whom the user types; `line` in the response is the WebSocket. Only with the
/// sandbox as the telephone network.
#[utoipa::path(
    post, path = "/api/agents/{id}/test-calls", tag = "agents",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = CREATED, body = PlacedCall),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The agent is archived or has no number, or the telephone network is Twilio."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn place_test_call(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<Placed, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    let tested = agent(&state, &signed_in, &id).await?;
    require_sandbox(&state, "call the agent's number with the dialer, or with any telephone")?;
    if tested.archived {
        return Err(ApiError::Conflict(
            "the agent is archived and answers no calls".to_owned(),
        ));
    }
    let number = number_of(&state, &id, &tested).await?;
    let callable = numbers::make_callable(&state, &number).await;
    callable.map_err(|error| ApiError::NetworkAway(error.into()))?;
    // The routing of the number may have changed since it was cached.
    state.number_routing.invalidate();
    let caller = TextCaller::Phone {
        number: CALLER.to_owned(),
        name: CALLER_NAME.to_owned(),
    };
    place(&state, &signed_in, &key, caller, number).await
}

/// A number that this agent answers. For the default agent, any unassigned number.
async fn number_of(state: &AppState, id: &str, agent: &Agent) -> Result<String, ApiError> {
    if let Some(number) = agent.numbers.iter().next() {
        return Ok(number.clone());
    }
    if id != DEFAULT {
        let missing = "the agent has no number: assign one first";
        return Err(ApiError::Conflict(missing.to_owned()));
    }
    let assigned = state.read.agents.all_numbers().await?;
    let configured = state.config.twilio.inbound_phone_number.clone();
    configured
        .into_iter()
        .chain(FICTIONAL_NUMBERS.map(|line| format!("+15045550{line}")))
        .find(|number| !assigned.contains(number))
        .ok_or_else(|| {
            ApiError::Conflict("all numbers are assigned to other agents: assign one to this agent".to_owned())
        })
}
