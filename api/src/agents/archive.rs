//! `DELETE /api/agents/{id}`: the agent is no longer used. Its calls and its history stay.

use super::{DEFAULT, order};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::written::Gone;
use crate::web::{CommandKey, PathOf};
use axum::extract::State;
use domain::agent::AgentCommand;

/// Archives the agent.
#[utoipa::path(
    delete, path = "/api/agents/{id}", tag = "agents",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem))
)]
pub async fn archive_agent(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<Gone, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    if id == DEFAULT {
        return Err(ApiError::Conflict(
            "the default agent answers numbers that nobody assigned, and stays".to_owned(),
        ));
    }
    let command = AgentCommand::Archive {
        at: state.clock.now(),
        by: signed_in.by(),
    };
    order(&state, &signed_in, &key, "DELETE /api/agents/{id}", &id, command)
        .await
        .map(Gone)
}
