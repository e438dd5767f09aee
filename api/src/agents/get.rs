//! `GET /api/agents/{id}`, and `GET /api/agent-settings` for the default agent.

use super::{AgentView, DEFAULT, view};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::PathOf;
use axum::Json;
use axum::extract::State;

/// One agent.
#[utoipa::path(
    get, path = "/api/agents/{id}", tag = "agents", params(("id" = String, Path)),
    responses((status = OK, body = AgentView), (status = NOT_FOUND, body = Problem))
)]
pub async fn get_agent(
    State(state): State<AppState>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
) -> Result<Json<AgentView>, ApiError> {
    signed_in.may(Permission::ViewAgents)?;
    Ok(Json(view(&state, &signed_in, &id).await?))
}

/// The default agent.
#[utoipa::path(
    get, path = "/api/agent-settings", tag = "agents",
    responses((status = OK, body = AgentView), (status = NOT_FOUND, body = Problem))
)]
pub async fn get_agent_settings(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Json<AgentView>, ApiError> {
    signed_in.may(Permission::ViewAgents)?;
    Ok(Json(view(&state, &signed_in, DEFAULT).await?))
}
