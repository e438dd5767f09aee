//! Resolves which agent answers a number, from the read model. Lookups are cached for a second, because every callback
//! needs one.

use crate::agents::DEFAULT;
use domain::{AgentId, Tenant};
use infra::db::DbError;
use projections::agents::queries::Agents;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a lookup is cached.
const CACHE_TTL: Duration = Duration::from_secs(1);
/// Timeout of a lookup: Twilio is waiting.
const LOOKUP_TIMEOUT: Duration = Duration::from_millis(500);
/// Maximum number of cached numbers; the cache is cleared when it is full.
const MAX_CACHED_NUMBERS: usize = 10_000;

/// The tenant of everything until a second tenant exists, and of webhooks whose tenant cannot be determined.
pub const DEFAULT_TENANT: &str = "default";

/// Time and result of each number's last lookup.
type Known = HashMap<String, (Instant, Result<NumberOwner, NumberOwnerUnknown>)>;

/// Resolves the owner of a number, with a cache.
#[derive(Default)]
pub struct NumberRouting {
    known: Mutex<Known>,
}

/// The agent that answers a number, and its tenant.
#[derive(Clone, Debug)]
pub struct NumberOwner {
    pub agent: AgentId,
    pub tenant: Tenant,
}

impl Default for NumberOwner {
    /// The default agent, which answers all unassigned numbers.
    fn default() -> Self {
        Self {
            agent: DEFAULT.into(),
            tenant: DEFAULT_TENANT.into(),
        }
    }
}

/// The read model is unavailable, so the owner of a number is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the agents read model is unavailable")]
pub struct NumberOwnerUnknown;

impl NumberRouting {
    /// The owner of a number: its agent, or the default agent if the number is unassigned. While the read model is
    /// unavailable, the last known owner is returned, however old: numbers are rarely reassigned.
    ///
    /// # Errors
    /// When the read model is unavailable and no owner is cached. The caller of this function decides whether to wait
    /// or to use the default: a call that is recorded under the wrong tenant stays there.
    pub async fn owner_of(&self, agents: &Agents, number: &str) -> Result<NumberOwner, NumberOwnerUnknown> {
        let before = self.lock().get(number).cloned();
        if let Some((looked_up, owner)) = &before
            && looked_up.elapsed() < CACHE_TTL
        {
            return owner.clone();
        }
        let found = match tokio::time::timeout(LOOKUP_TIMEOUT, look_up(agents, number)).await {
            Ok(Ok(owner)) => Ok(owner),
            Ok(Err(error)) => {
                tracing::warn!(%error, "number routing unavailable");
                before.map_or(Err(NumberOwnerUnknown), |(_, owner)| owner)
            }
            Err(_) => {
                tracing::warn!("number routing timed out");
                before.map_or(Err(NumberOwnerUnknown), |(_, owner)| owner)
            }
        };
        let mut known = self.lock();
        if known.len() >= MAX_CACHED_NUMBERS {
            known.clear();
        }
        known.insert(number.to_owned(), (Instant::now(), found.clone()));
        found
    }

    /// Clears the cache, after an assignment has changed.
    pub fn invalidate(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The agent of the number. The default agent answers an unassigned number, for the tenant that the number belongs to.
async fn look_up(agents: &Agents, number: &str) -> Result<NumberOwner, DbError> {
    if let Some(row) = agents.by_number(number).await? {
        return Ok(NumberOwner {
            agent: row.agent_id.into(),
            tenant: row.tenant.into(),
        });
    }
    let owner = agents.owner(number).await?;
    Ok(NumberOwner {
        tenant: owner.map_or_else(|| DEFAULT_TENANT.into(), Tenant::from),
        ..NumberOwner::default()
    })
}
