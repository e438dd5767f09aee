//! Agents: their settings, opening hours, numbers and personas.

pub mod archive;
pub mod create;
pub mod edit;
pub mod emergency;
pub mod get;
pub mod hours;
pub mod list;
pub mod numbers;
pub mod personas;
pub mod settings;
pub mod test_calls;

use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::state::AppState;
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{CommandKey, Rfc3339};
use domain::agent::{Agent, AgentCommand, AgentEvent};
use engine::agents::{DEFAULT, fold};
use hours::Hours;
use infra::event_store::{Event, Position, Recorded, StreamId};
use serde::Serialize;
use settings::Settings;
use utoipa::ToSchema;

const READ_MODELS: &[&str] = &["agents"];

/// An agent.
#[derive(Serialize, ToSchema)]
pub struct AgentView {
    agent_id: String,
    settings: Settings,
    /// Absent: always open.
    hours: Option<Hours>,
    /// Whether the agent would answer a call now.
    open: bool,
    /// Whether all callers are routed to the voicemail until further notice.
    emergency_closed: bool,
    /// Assigned numbers, E.164.
    numbers: Vec<String>,
    /// The active version of the persona; 0 is the base prompt alone.
    persona_version: u32,
    created_at: Option<Rfc3339>,
    archived: bool,
}

impl AgentView {
    fn of(agent_id: String, agent: &Agent, now: domain::Timestamp) -> Self {
        Self {
            agent_id,
            open: agent.routing(now) == domain::agent::Routing::Answer,
            settings: agent.settings.clone().into(),
            hours: agent.hours.as_ref().map(Hours::from),
            emergency_closed: agent.emergency_closed,
            numbers: agent.numbers.iter().cloned().collect(),
            persona_version: agent.persona_in_force,
            created_at: agent.created_at.map(Rfc3339),
            archived: agent.archived,
        }
    }
}

/// Loads an agent of the user's tenant from its stream.
async fn agent(state: &AppState, signed_in: &SignedIn, agent_id: &str) -> Result<Agent, ApiError> {
    Ok(fold(&load_history(state, signed_in, agent_id).await?))
}

/// Loads the events of an agent. 404 for an agent of another tenant.
async fn load_history(state: &AppState, signed_in: &SignedIn, agent_id: &str) -> Result<Vec<Recorded>, ApiError> {
    let history = state.ledger.history(&StreamId::agent(agent_id)).await?;
    let is_own = history
        .first()
        .is_some_and(|first| first.metadata.tenant.as_str() == signed_in.tenant());
    if is_own {
        Ok(history)
    } else {
        Err(ApiError::NotFound("agent"))
    }
}

/// Whether the agent was created: `AgentCreated` is the first event of its stream.
#[must_use]
pub fn is_created(history: &[Recorded]) -> bool {
    matches!(
        history.first().map(|first| &first.event),
        Some(Event::Agent(AgentEvent::AgentCreated { .. }))
    )
}

/// Executes a command on an existing agent of the user's tenant and waits until the read models show the result.
async fn execute(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    endpoint: &'static str,
    agent_id: &str,
    command: AgentCommand,
) -> Result<Position, ApiError> {
    agent(state, signed_in, agent_id).await?;
    let metadata = signed_in.metadata(endpoint, key.of(&signed_in.user.user_id));
    let executed = state.ledger.execute::<Agent>(agent_id, command, metadata).await?;
    wait_for_read_models(state.models.progress(), READ_MODELS, executed.position).await;
    state.number_routing.invalidate();
    Ok(executed.position)
}

async fn view(state: &AppState, signed_in: &SignedIn, agent_id: &str) -> Result<AgentView, ApiError> {
    let agent = agent(state, signed_in, agent_id).await?;
    Ok(AgentView::of(agent_id.to_owned(), &agent, state.clock.now()))
}
