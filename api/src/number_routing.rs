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
const CACHE_TTL: Duration = Duration::from_secs(1);
/// A lookup that takes longer is given up: Twilio is waiting.
const LOOKUP_TIMEOUT: Duration = Duration::from_millis(500);
/// More numbers than anybody has; then everything is forgotten.
const MAX_CACHED_NUMBERS: usize = 10_000;

/// Whose everything is until there is a second tenant, and what nobody knows whose it is.
pub const DEFAULT_TENANT: &str = "default";

/// When each number was looked up last, and what came of it.
type Known = HashMap<String, (Instant, Result<NumberOwner, NumberOwnerUnknown>)>;

/// Which agent answers which number.
#[derive(Default)]
pub struct NumberRouting {
    known: Mutex<Known>,
}

/// Who answers a number of ours.
#[derive(Clone, Debug)]
pub struct NumberOwner {
    /// The agent.
    pub agent: AgentId,
    /// Whose agent it is.
    pub tenant: Tenant,
}

impl Default for NumberOwner {
    /// The default agent, which answers every number that nobody assigned.
    fn default() -> Self {
        Self {
            agent: DEFAULT.into(),
            tenant: DEFAULT_TENANT.into(),
        }
    }
}

/// The read model could not be asked: who answers a number, and so whose it is, is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the agents read model cannot be asked")]
pub struct NumberOwnerUnknown;

impl NumberRouting {
    /// Who answers a number of ours: the default agent, unless it is assigned. While the read model cannot be asked, what
    /// it said last is believed on, however long ago: a number rarely changes hands.
    ///
    /// # Errors
    /// When the read model cannot be asked, and never said. It is for the caller to wait or to guess: a call that is filed
    /// under the wrong tenant stays there.
    pub async fn of_number(&self, state: &AppState, number: &str) -> Result<NumberOwner, NumberOwnerUnknown> {
        let before = self.lock().get(number).cloned();
        if let Some((looked, answers)) = &before
            && looked.elapsed() < CACHE_TTL
        {
            return answers.clone();
        }
        let found = match tokio::time::timeout(LOOKUP_TIMEOUT, state.read.agents.by_number(number)).await {
            Ok(Ok(row)) => Ok(row.map_or_else(NumberOwner::default, |row| NumberOwner {
                agent: row.agent_id.into(),
                tenant: row.tenant.into(),
            })),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the agents read model cannot be asked");
                before.map_or(Err(NumberOwnerUnknown), |(_, answers)| answers)
            }
            Err(_) => {
                tracing::warn!("the agents read model does not answer in time");
                before.map_or(Err(NumberOwnerUnknown), |(_, answers)| answers)
            }
        };
        let mut known = self.lock();
        if known.len() >= MAX_CACHED_NUMBERS {
            known.clear();
        }
        known.insert(number.to_owned(), (Instant::now(), found.clone()));
        found
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

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
