//! Agents: who answers, with which words, when, and on which numbers.

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
use crate::web::settle::settle;
use crate::web::{CommandKey, Moment};
use domain::agent::{Agent, AgentCommand, AgentEvent};
use hours::Hours;
use infra::event_store::{Event, Position, Recorded, StreamId};
use serde::Serialize;
use settings::Settings;
use utoipa::ToSchema;

/// The agent that answers numbers nobody assigned; made at the first start.
pub const DEFAULT: &str = "default";

const ANSWERED_FROM: &[&str] = &["agents"];

/// An agent.
#[derive(Serialize, ToSchema)]
pub struct AgentView {
    /// Its identifier.
    agent_id: String,
    /// What is set.
    settings: Settings,
    /// When it answers; always, if absent.
    hours: Option<Hours>,
    /// Whether it would answer now.
    open: bool,
    /// Whether nobody is answered until further notice.
    emergency_closed: bool,
    /// Our own numbers that it answers.
    numbers: Vec<String>,
    /// The persona in force; 0 is the base prompt alone.
    persona_version: u32,
    /// When it was made.
    created_at: Option<Moment>,
    /// Whether it is no longer used.
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
            created_at: agent.created_at.map(Moment),
            archived: agent.archived,
        }
    }
}

/// An agent of the user's tenant, from its own stream: settings are read where they are decided.
async fn agent(state: &AppState, signed_in: &SignedIn, agent_id: &str) -> Result<Agent, ApiError> {
    Ok(fold(&theirs(state, signed_in, agent_id).await?))
}

/// All that happened to an agent of the user's tenant.
async fn theirs(state: &AppState, signed_in: &SignedIn, agent_id: &str) -> Result<Vec<Recorded>, ApiError> {
    let history = state.ledger.history(&StreamId::agent(agent_id)).await?;
    let is_theirs = history
        .first()
        .is_some_and(|first| first.metadata.tenant.as_str() == signed_in.tenant());
    if is_theirs {
        Ok(history)
    } else {
        Err(ApiError::NotFound("agent"))
    }
}

/// An agent after these events.
#[must_use]
pub fn fold(history: &[Recorded]) -> Agent {
    let mut agent = Agent::default();
    for recorded in history {
        if let Event::Agent(event) = &recorded.event {
            agent.fold(event);
        }
    }
    agent
}

/// Whether these events made an agent: `AgentCreated` is its first.
#[must_use]
pub fn is_made(history: &[Recorded]) -> bool {
    matches!(
        history.first().map(|first| &first.event),
        Some(Event::Agent(AgentEvent::AgentCreated { .. }))
    )
}

/// What a user orders about an existing agent of their tenant.
async fn order(
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
    settle(state, ANSWERED_FROM, executed.position).await;
    state.directory.forget();
    Ok(executed.position)
}

async fn view(state: &AppState, signed_in: &SignedIn, agent_id: &str) -> Result<AgentView, ApiError> {
    let agent = agent(state, signed_in, agent_id).await?;
    Ok(AgentView::of(agent_id.to_owned(), &agent, state.clock.now()))
}
