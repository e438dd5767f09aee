//! `POST /api/active-calls/{id}/agent-response`: somebody who was asked to take a call over agrees, or does not.

use super::{Handled, order, to_handle};
use crate::auth::SignedIn;
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use domain::call::CallCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// Whether somebody takes a call over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// They do: their telephone is called.
    Accept,
    /// They do not.
    Decline,
}

/// An answer to the question whether they take a call over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentResponse {
    /// `accept`, `decline`.
    answer: Answer,
}

/// Agrees to take the call over, or declines.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/agent-response", tag = "live", request_body = AgentResponse,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is over, or another's."),
    )
)]
pub async fn agent_response(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(response): Body<AgentResponse>,
) -> Result<Written<Handled>, ApiError> {
    to_handle(&state, &signed_in, &id).await?;
    let (at, user) = (state.clock.now(), signed_in.user.user_id.clone());
    let commands = [match response.answer {
        Answer::Accept => CallCommand::AcceptTakeover { at, user },
        Answer::Decline => CallCommand::DeclineTakeover { at, user },
    }];
    let endpoint = "POST /api/active-calls/{id}/agent-response";
    order(&state, &signed_in, &key, endpoint, id, &commands).await
}
