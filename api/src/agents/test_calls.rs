//! `POST /api/agents/{id}/test-calls`: a person calls the agent and types, to see how it answers.
//!
//! The call is as any other: a webhook, the agent's hours, its words, its recording, its events. Two things tell it from
//! others in the ledger: the caller's number, and the name that the network gives for it.

use super::{DEFAULT, agent};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::processes::numbers;
use crate::state::AppState;
use crate::typed_calls::{Placed, PlacedCall, doors, place};
use crate::web::{CommandKey, PathOf};
use axum::extract::State;
use domain::agent::Agent;
use infra::twilio::sandbox::TypedCaller;

/// Who calls: the number that Twilio keeps for tests (<https://www.twilio.com/docs/iam/test-credentials>), which nobody
/// real has.
const CALLER: &str = "+15005550006";
/// How the network names the caller.
const NAME: &str = "Test call";
/// Numbers that are kept for stories, for a default agent that has none of its own:
/// <https://www.nanpa.com/numbering/555-line-numbers>.
const FREE: std::ops::Range<u32> = 100..200;

/// Has somebody call the agent, for whom the user types: see `line` in the answer. Only where the sandbox is the telephone
/// network.
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
    let wanted = agent(&state, &signed_in, &id).await?;
    doors(&state, "call the agent's number with the dialer, or with any telephone")?;
    if wanted.archived {
        return Err(ApiError::Conflict(
            "the agent is archived: it answers no calls any more".to_owned(),
        ));
    }
    let number = number_of(&state, &id, &wanted).await?;
    let callable = numbers::make_callable(&state, &number).await;
    callable.map_err(|error| ApiError::NetworkAway(error.into()))?;
    // Which agent answers it may have changed a moment ago.
    state.directory.forget();
    let caller = TypedCaller::Phone {
        number: CALLER.to_owned(),
        name: NAME.to_owned(),
    };
    place(&state, &signed_in, &key, caller, number).await
}

/// A number that this agent answers. The default agent answers every number that nobody else has.
async fn number_of(state: &AppState, id: &str, agent: &Agent) -> Result<String, ApiError> {
    if let Some(number) = agent.numbers.iter().next() {
        return Ok(number.clone());
    }
    if id != DEFAULT {
        let missing = "the agent has no number on which it could be called: assign one first";
        return Err(ApiError::Conflict(missing.to_owned()));
    }
    let assigned = state.read.agents.all_numbers().await?;
    let configured = state.config.twilio.inbound_phone_number.clone();
    configured
        .into_iter()
        .chain(FREE.map(|line| format!("+15045550{line}")))
        .find(|number| !assigned.contains(number))
        .ok_or_else(|| {
            ApiError::Conflict("every number is assigned to another agent: assign one to this one".to_owned())
        })
}
