//! `POST /api/agents/{id}/test-calls`: a user tests the agent in a text call.
//!
//! A test call is a normal call: with webhooks, the agent's opening hours, turns, recordings and events. In the ledger
//! it is recognized by the caller's number and the caller name.

use super::AgentResource;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::text_calls::{Placed, PlacedCall, TextCallResource};
use crate::web::{CommandKey, PathOf};
use axum::extract::State;
use engine::SharedEngine;
use engine::test_calls::callable_number;
use infra::twilio::sandbox::TextCaller;

/// Caller's number: Twilio's test number (<https://www.twilio.com/docs/iam/test-credentials>), which is not assigned.
const CALLER: &str = "+15005550006";
/// Caller name of a test call.
const CALLER_NAME: &str = "Test call";

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
    State(engine): State<SharedEngine>,
    State(agents): State<AgentResource>,
    State(text_calls): State<TextCallResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<Placed, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    let tested = agents.agent(&signed_in, &id).await?;
    text_calls.require_sandbox("call the agent's number with the dialer, or with any telephone")?;
    let number = callable_number(&engine, &id, &tested).await?;
    let caller = TextCaller::Phone {
        number: CALLER.to_owned(),
        name: CALLER_NAME.to_owned(),
    };
    text_calls.place(&signed_in, &key, caller, number).await
}
