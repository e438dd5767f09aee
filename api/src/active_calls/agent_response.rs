//! `POST /api/active-calls/{id}/agent-response`: a team member accepts or declines a takeover request.

use super::{Handled, execute, load_for_handling};
use crate::auth::SignedIn;
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::CallCommand;
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
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(response): Body<AgentResponse>,
) -> Result<WriteResponse<Handled>, ApiError> {
    load_for_handling(&state, &signed_in, &id).await?;
    let (at, user) = (state.clock.now(), signed_in.user.user_id.clone());
    let commands = [match response.answer {
        Answer::Accept => CallCommand::AcceptTakeover { at, user },
        Answer::Decline => CallCommand::DeclineTakeover { at, user },
    }];
    let endpoint = "POST /api/active-calls/{id}/agent-response";
    execute(&state, &signed_in, &key, endpoint, id, &commands).await
}
