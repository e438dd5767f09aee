//! Which agent answers which number, and what an agent was like at a moment.
//!
//! The read model tells which agent has a number; what the agent is to do with a call is read from its own stream. Lookups
//! are remembered for a second: every callback of every call needs one.

use crate::agents::{DEFAULT, fold};
use crate::error::ApiError;
use crate::state::AppState;
use domain::agent::Agent;
use domain::{AgentId, Tenant};
use infra::event_store::{Position, StreamId};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a lookup is believed.
const BELIEVED: Duration = Duration::from_secs(1);
/// A lookup that takes longer is given up: a caller is waiting.
const PATIENCE: Duration = Duration::from_millis(500);
/// More numbers than anybody has; then everything is forgotten.
const REMEMBERED: usize = 10_000;

/// Which agent answers which number.
#[derive(Default)]
pub struct Directory {
    known: Mutex<HashMap<String, (Instant, Option<Answers>)>>,
}

#[derive(Clone)]
struct Answers {
    agent: AgentId,
    tenant: Tenant,
}

impl Directory {
    /// The agent that answers a number of ours: the default agent, unless it is assigned.
    pub async fn agent_of(&self, state: &AppState, number: &str) -> AgentId {
        self.look_up(state, number)
            .await
            .map_or_else(|| DEFAULT.into(), |answers| answers.agent)
    }

    /// Whose call it is: whose agent answers our number.
    pub async fn tenant_of(&self, state: &AppState, number: Option<&str>) -> Tenant {
        let answers = match number {
            Some(number) => self.look_up(state, number).await,
            None => None,
        };
        answers.map_or_else(|| "default".into(), |answers| answers.tenant)
    }

    /// An agent as it was when an event was recorded: what was said then is said again to whoever asks again.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn agent_then(&self, state: &AppState, agent_id: &str, position: Position) -> Result<Agent, ApiError> {
        match state.ledger.state::<Agent>(agent_id).await? {
            None => return Ok(Agent::default()),
            Some((now, last)) if last <= position => return Ok((*now).clone()),
            Some(_) => {}
        }
        let mut history = state.ledger.history(&StreamId::agent(agent_id)).await?;
        history.retain(|event| event.position <= position);
        Ok(fold(&history))
    }

    /// Forgets every lookup: a number was given to another agent.
    pub fn forget(&self) {
        self.lock().clear();
    }

    async fn look_up(&self, state: &AppState, number: &str) -> Option<Answers> {
        if let Some((looked, answers)) = self.lock().get(number)
            && looked.elapsed() < BELIEVED
        {
            return answers.clone();
        }
        let found = match tokio::time::timeout(PATIENCE, state.read.agents.by_number(number)).await {
            Ok(Ok(row)) => row.map(|row| Answers {
                agent: row.agent_id.into(),
                tenant: row.tenant.into(),
            }),
            // The call goes on with the default agent; the ledger does not depend on a read model.
            Ok(Err(error)) => {
                tracing::warn!(%error, "the agents read model cannot be asked: the default agent answers");
                None
            }
            Err(_) => {
                tracing::warn!("the agents read model does not answer in time: the default agent answers");
                None
            }
        };
        let mut known = self.lock();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(number.to_owned(), (Instant::now(), found.clone()));
        found
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Instant, Option<Answers>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
