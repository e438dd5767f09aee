//! `GET /api/agents/{id}`, and `GET /api/agent-settings` for the default agent.

use super::{AgentResource, AgentView, DEFAULT};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::PathOf;
use axum::Json;
use axum::extract::State;

/// One agent.
#[utoipa::path(
    get, path = "/api/agents/{id}", tag = "agents", params(("id" = String, Path)),
    responses((status = OK, body = AgentView), (status = NOT_FOUND, body = Problem))
)]
pub async fn get_agent(
    State(agents): State<AgentResource>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
) -> Result<Json<AgentView>, ApiError> {
    signed_in.may(Permission::ViewAgents)?;
    Ok(Json(agents.view(&signed_in, &id).await?))
}

/// The default agent.
#[utoipa::path(
    get, path = "/api/agent-settings", tag = "agents",
    responses((status = OK, body = AgentView), (status = NOT_FOUND, body = Problem))
)]
pub async fn get_agent_settings(
    State(agents): State<AgentResource>,
    signed_in: SignedIn,
) -> Result<Json<AgentView>, ApiError> {
    signed_in.may(Permission::ViewAgents)?;
    Ok(Json(agents.view(&signed_in, DEFAULT).await?))
}
