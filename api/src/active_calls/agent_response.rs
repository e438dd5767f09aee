//! `POST /api/active-calls/{id}/agent-response`: a team member accepts or declines a takeover request.

use super::{Handled, ensure_may_handle, handled};
use crate::auth::SignedIn;
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use engine::SharedEngine;
use engine::takeover::participation::{Participation, participate};
use serde::Deserialize;
use utoipa::ToSchema;

/// The answer to a takeover request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The team member's browser is called.
    Accept,
    Decline,
}

/// The answer to a takeover request.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentResponse {
    /// `accept`, `decline`.
    answer: Answer,
}

/// Accepts or declines a request to take the call over.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/agent-response", tag = "live", request_body = AgentResponse,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The call has ended, or another team member has it."),
    )
)]
pub async fn agent_response(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(response): Body<AgentResponse>,
) -> Result<WriteResponse<Handled>, ApiError> {
    ensure_may_handle(&engine, &signed_in, &id).await?;
    let answer = match response.answer {
        Answer::Accept => Participation::AcceptTakeover,
        Answer::Decline => Participation::DeclineTakeover,
    };
    let metadata = signed_in.metadata(
        "POST /api/active-calls/{id}/agent-response",
        key.of(&signed_in.user.user_id),
    );
    let position = participate(&engine, &id, signed_in.by(), answer, metadata).await?;
    Ok(handled(&engine, position, id).await)
}
