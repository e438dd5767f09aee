//! `DELETE /api/agents/{id}`: archives an agent. Its calls and its history stay.

use super::{AgentResource, DEFAULT};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::write_response::NoContent;
use crate::web::{CommandKey, PathOf};
use axum::extract::State;
use domain::agent::AgentCommand;

/// Archives the agent. Its calls and its history stay.
#[utoipa::path(
    delete, path = "/api/agents/{id}", tag = "agents",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem))
)]
pub async fn archive_agent(
    State(agents): State<AgentResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<NoContent, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    if id == DEFAULT {
        return Err(ApiError::Conflict(
            "the default agent answers all unassigned numbers and cannot be archived".to_owned(),
        ));
    }
    let command = AgentCommand::Archive {
        at: agents.clock.now(),
        by: signed_in.by(),
    };
    agents
        .execute(&signed_in, &key, "DELETE /api/agents/{id}", &id, command)
        .await
        .map(NoContent)
}
