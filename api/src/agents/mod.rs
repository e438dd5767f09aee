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
use crate::state::composed_of_parts;
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{CommandKey, Rfc3339};
use domain::agent::{Agent, AgentCommand, AgentEvent};
use engine::agents::{DEFAULT, fold};
use engine::number_routing::NumberRouting;
use hours::Hours;
use infra::clock::SharedClock;
use infra::event_store::{Event, Position, Recorded, StreamId};
use infra::ledger::Ledger;
use projections::Progress;
use serde::Serialize;
use settings::{Defaults, Settings};
use std::sync::Arc;
use utoipa::ToSchema;

const READ_MODELS: &[&str] = &["agents"];

/// An agent.
#[derive(Serialize, ToSchema)]
pub struct AgentView {
    agent_id: String,
    settings: Settings,
    /// What applies where the settings have nothing of their own.
    defaults: Defaults,
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
            defaults: Defaults::of(agent),
            hours: agent.hours.as_ref().map(Hours::from),
            emergency_closed: agent.emergency_closed,
            numbers: agent.numbers.iter().cloned().collect(),
            persona_version: agent.persona_in_force,
            created_at: agent.created_at.map(Rfc3339),
            archived: agent.archived,
        }
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

/// What endpoints of agents use.
pub struct AgentResource {
    pub clock: SharedClock,
    pub ledger: Ledger,
    pub progress: Progress,
    pub number_routing: Arc<NumberRouting>,
}

composed_of_parts!(AgentResource {
    clock,
    ledger,
    progress,
    number_routing
});

impl AgentResource {
    /// Loads an agent of the user's tenant from its stream.
    async fn agent(&self, signed_in: &SignedIn, agent_id: &str) -> Result<Agent, ApiError> {
        Ok(fold(&self.load_history(signed_in, agent_id).await?))
    }

    /// Loads the events of an agent. 404 for an agent of another tenant.
    async fn load_history(&self, signed_in: &SignedIn, agent_id: &str) -> Result<Vec<Recorded>, ApiError> {
        let history = self.ledger.history(&StreamId::agent(agent_id)).await?;
        let is_own = history
            .first()
            .is_some_and(|first| first.metadata.tenant.as_str() == signed_in.tenant());
        if is_own {
            Ok(history)
        } else {
            Err(ApiError::NotFound("agent"))
        }
    }

    /// Executes a command on an existing agent of the user's tenant and waits until the read models show the result.
    async fn execute(
        &self,
        signed_in: &SignedIn,
        key: &CommandKey,
        endpoint: &'static str,
        agent_id: &str,
        command: AgentCommand,
    ) -> Result<Position, ApiError> {
        self.agent(signed_in, agent_id).await?;
        let metadata = signed_in.metadata(endpoint, key.of(&signed_in.user.user_id));
        let executed = self.ledger.execute::<Agent>(agent_id, command, metadata).await?;
        self.changed(executed.position).await;
        Ok(executed.position)
    }

    /// Waits until the read models have passed the position.
    async fn wait(&self, position: Position) {
        wait_for_read_models(&self.progress, READ_MODELS, position).await;
    }

    /// Waits until the read models have passed the position of a change, and drops what was read of them before.
    async fn changed(&self, position: Position) {
        self.wait(position).await;
        self.number_routing.invalidate();
    }

    async fn view(&self, signed_in: &SignedIn, agent_id: &str) -> Result<AgentView, ApiError> {
        let agent = self.agent(signed_in, agent_id).await?;
        Ok(AgentView::of(agent_id.to_owned(), &agent, self.clock.now()))
    }
}
