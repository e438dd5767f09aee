//! `GET /api/agents`: all agents of the tenant.

use super::hours::Hours;
use super::settings::Settings;
use crate::auth::{Permission, SignedIn};
use crate::error::ApiError;
use crate::web::Rfc3339;
use axum::Json;
use axum::extract::State;
use domain::agent::event::AgentSettings;
use domain::hours::WeekHours;
use projections::agents::queries::Agents;
use projections::agents::tables::{AgentNumberRow, AgentRow};
use serde::Serialize;
use utoipa::ToSchema;

/// An agent in a list.
#[derive(Serialize, ToSchema)]
pub struct ListedAgent {
    agent_id: String,
    settings: Settings,
    /// Absent: always open.
    hours: Option<Hours>,
    /// Whether all callers are routed to the voicemail until further notice.
    emergency_closed: bool,
    emergency_since: Option<Rfc3339>,
    /// Assigned numbers, E.164.
    numbers: Vec<String>,
    /// The active version of the persona; 0 is the base prompt alone.
    persona_version: i64,
    created_at: Rfc3339,
    changed_at: Rfc3339,
    archived: bool,
}

/// All agents.
#[utoipa::path(get, path = "/api/agents", tag = "agents", responses((status = OK, body = Vec<ListedAgent>)))]
pub async fn list_agents(
    State(queries): State<Agents>,
    signed_in: SignedIn,
) -> Result<Json<Vec<ListedAgent>>, ApiError> {
    signed_in.may(Permission::ViewAgents)?;
    let (agents, numbers) = tokio::try_join!(queries.list(signed_in.tenant()), queries.numbers(signed_in.tenant()),)?;
    agents
        .into_iter()
        .map(|row| listed(row, &numbers))
        .collect::<Result<_, _>>()
        .map(Json)
}

fn listed(row: AgentRow, numbers: &[AgentNumberRow]) -> Result<ListedAgent, ApiError> {
    let settings: AgentSettings = serde_json::from_str(&row.settings).map_err(ApiError::internal)?;
    let hours: Option<WeekHours> = row
        .hours
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(ApiError::internal)?;
    let numbers = numbers.iter().filter(|number| number.agent_id == row.agent_id);
    Ok(ListedAgent {
        numbers: numbers.map(|number| number.number.clone()).collect(),
        settings: settings.into(),
        hours: hours.as_ref().map(Hours::from),
        emergency_closed: row.emergency,
        emergency_since: row.emergency_at.map(Rfc3339::from),
        persona_version: row.persona_version,
        created_at: row.created_at.into(),
        changed_at: row.changed_at.into(),
        archived: row.archived,
        agent_id: row.agent_id,
    })
}
