//! `PUT /api/agents/{id}`, and `PUT` and `POST /api/agent-settings` for the default agent: changes an agent.

use super::hours::Hours;
use super::settings::Settings;
use super::{AgentResource, AgentView, DEFAULT};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::agent::AgentCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// The fields to change; absent fields stay unchanged.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditAgent {
    #[serde(default)]
    pub(super) settings: Settings,
    /// Opening hours.
    pub(super) hours: Option<Hours>,
    /// Whether all callers are routed to the voicemail until further notice.
    pub(super) emergency_closed: Option<bool>,
}

impl EditAgent {
    pub(super) fn of_settings(settings: Settings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    pub(super) fn of(hours: Option<Hours>, emergency_closed: Option<bool>) -> Self {
        Self {
            hours,
            emergency_closed,
            ..Self::default()
        }
    }
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
    State(agents): State<AgentResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<EditAgent>,
) -> Result<WriteResponse<AgentView>, ApiError> {
    edit(&agents, &signed_in, &key, "PUT /api/agents/{id}", &id, body).await
}

/// Changes the default agent.
#[utoipa::path(
    put, path = "/api/agent-settings", tag = "agents", request_body = EditAgent,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = AgentView), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn put_agent_settings(
    State(agents): State<AgentResource>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(body): Body<EditAgent>,
) -> Result<WriteResponse<AgentView>, ApiError> {
    edit(&agents, &signed_in, &key, "PUT /api/agent-settings", DEFAULT, body).await
}

/// Changes the default agent. It is created at the first start, so this is the same as `PUT`.
#[utoipa::path(
    post, path = "/api/agent-settings", tag = "agents", request_body = EditAgent,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = OK, body = AgentView), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn post_agent_settings(
    State(agents): State<AgentResource>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(body): Body<EditAgent>,
) -> Result<WriteResponse<AgentView>, ApiError> {
    edit(&agents, &signed_in, &key, "POST /api/agent-settings", DEFAULT, body).await
}

async fn edit(
    agents: &AgentResource,
    signed_in: &SignedIn,
    key: &CommandKey,
    endpoint: &'static str,
    id: &str,
    body: EditAgent,
) -> Result<WriteResponse<AgentView>, ApiError> {
    signed_in.may(Permission::EditAgents)?;
    let commands = apply(agents, signed_in, body)?;
    if commands.is_empty() {
        return Err(ApiError::field("", "nothing to change"));
    }
    key.ensure_not_reused(&agents.ledger, &signed_in.user.user_id).await?;
    let mut position = 0;
    for (part, command) in commands.into_iter().enumerate() {
        position = agents
            .execute(signed_in, &key.part(part), endpoint, id, command)
            .await?;
    }
    Ok(WriteResponse::changed(position, agents.view(signed_in, id).await?))
}

/// The commands of a change.
///
/// # Errors
/// When the hours cannot be read.
pub(super) fn apply(
    agents: &AgentResource,
    signed_in: &SignedIn,
    body: EditAgent,
) -> Result<Vec<AgentCommand>, ApiError> {
    let (at, by) = (agents.clock.now(), signed_in.by());
    let mut commands = Vec::new();
    if !body.settings.is_empty() {
        commands.push(AgentCommand::Edit {
            at,
            settings: body.settings.into(),
            by: by.clone(),
        });
    }
    if let Some(hours) = &body.hours {
        commands.push(AgentCommand::SetHours {
            at,
            hours: Some(hours.read()?),
            by: by.clone(),
        });
    }
    match body.emergency_closed {
        Some(true) => commands.push(AgentCommand::CloseForEmergency { at, by }),
        Some(false) => commands.push(AgentCommand::LiftEmergency { at, by }),
        None => {}
    }
    Ok(commands)
}
