//! `PUT /api/agents/{id}`, and `PUT` and `POST /api/agent-settings` for the default agent: what an agent says and how.

use super::hours::Hours;
use super::settings::Settings;
use super::{AgentView, DEFAULT, order, view};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use domain::agent::AgentCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// What changes; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditAgent {
    /// What the agent says and how.
    #[serde(default)]
    settings: Settings,
    /// When it answers.
    hours: Option<Hours>,
    /// Whether nobody is answered until further notice.
    emergency_closed: Option<bool>,
}

/// Changes an agent.
#[utoipa::path(
    put, path = "/api/agents/{id}", tag = "agents", request_body = EditAgent,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = AgentView),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn edit_agent(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(wanted): Body<EditAgent>,
) -> Result<Written<AgentView>, ApiError> {
    edit(&state, &signed_in, &key, "PUT /api/agents/{id}", &id, wanted).await
}

/// Changes the default agent.
#[utoipa::path(
    put, path = "/api/agent-settings", tag = "agents", request_body = EditAgent,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = AgentView), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn put_agent_settings(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(wanted): Body<EditAgent>,
) -> Result<Written<AgentView>, ApiError> {
    edit(&state, &signed_in, &key, "PUT /api/agent-settings", DEFAULT, wanted).await
}

/// Changes the default agent: it exists from the first start on, so there is nothing to create.
#[utoipa::path(
    post, path = "/api/agent-settings", tag = "agents", request_body = EditAgent,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = AgentView), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn post_agent_settings(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(wanted): Body<EditAgent>,
) -> Result<Written<AgentView>, ApiError> {
    edit(&state, &signed_in, &key, "POST /api/agent-settings", DEFAULT, wanted).await
}

async fn edit(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    endpoint: &'static str,
    id: &str,
    wanted: EditAgent,
) -> Result<Written<AgentView>, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    let (at, by) = (state.clock.now(), signed_in.by());
    let mut commands = Vec::new();
    if !wanted.settings.is_empty() {
        commands.push(AgentCommand::Edit {
            at,
            settings: wanted.settings.into(),
            by: by.clone(),
        });
    }
    if let Some(hours) = &wanted.hours {
        commands.push(AgentCommand::SetHours {
            at,
            hours: Some(hours.read()?),
            by: by.clone(),
        });
    }
    match wanted.emergency_closed {
        Some(true) => commands.push(AgentCommand::CloseForEmergency { at, by }),
        Some(false) => commands.push(AgentCommand::LiftEmergency { at, by }),
        None => {}
    }
    if commands.is_empty() {
        return Err(ApiError::field("", "nothing to change"));
    }
    let mut position = 0;
    for (part, command) in commands.into_iter().enumerate() {
        position = order(state, signed_in, &key.part(part), endpoint, id, command).await?;
    }
    Ok(Written::changed(position, view(state, signed_in, id).await?))
}
