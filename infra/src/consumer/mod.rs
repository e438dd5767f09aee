//! Consumers of the log: what follows it in order and writes something of its own.
//!
//! A [`LogConsumer`] has a namespace with its tables and its checkpoint. The process that holds its lease follows the log
//! for it: what its [`Handler`] writes and the checkpoint change in one transaction, which a fenced-off process cannot
//! commit. If a database is unavailable, the consumer retries. An event that cannot be handled, or at which the handler
//! panics, is written to `dead_letters` in the same transaction and its stream is parked; other streams are not affected:
//! see [`dead_letters`]. A consumer that panics elsewhere is started again after a delay.
//!
//! The checkpoint also holds the identity of the log and the hash of the last event applied. If the log is not that one
//! any more, the consumer ends: what it wrote has to be built again.

mod apply;
mod belonging;
pub mod dead_letters;
mod error;
mod follow;
mod supervise;

pub use apply::{Applier, ApplierContext};
pub use belonging::{Foreign, find_foreign};
pub use error::{ConsumeError, rejects_data};
pub use supervise::{Ended, spawn};

use crate::clock::SharedClock;
use crate::db::{DbError, Namespace, Tx};
use crate::event_store::{Position, Recorded};
use crate::ledger::Ledger;
use crate::subscription::checkpoint::Checkpoint;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// What a consumer runs with.
#[derive(Clone)]
pub struct ConsumerContext {
    pub ledger: Ledger,
    pub clock: SharedClock,
    /// Identifies this process as the owner of leases.
    pub owner: Arc<str>,
}

/// A consumer of the log.
#[async_trait]
pub trait LogConsumer: Send + Sync + 'static {
    /// The name of the consumer and of its checkpoint.
    fn name(&self) -> &'static str;

    /// What it is called in reports about the health of the process.
    fn part(&self) -> String {
        format!("consumer {}", self.name())
    }

    /// The version of what it writes. A namespace of another version is left as it is.
    fn version(&self) -> i64;

    /// The current namespace and its checkpoint. The tables are created if they do not exist: those of the consumer,
    /// [`dead_letters::DDL`] and [`crate::subscription::checkpoint::CHECKPOINT_DDL`].
    ///
    /// # Errors
    /// When the database cannot be used.
    async fn prepare(&self) -> Result<(Namespace, Checkpoint), DbError>;

    /// Whether the namespace is still the current one. A rebuild may have replaced it.
    ///
    /// # Errors
    /// When the database cannot be used.
    async fn is_current(&self, _namespace: &Namespace) -> Result<bool, DbError> {
        Ok(true)
    }

    /// Whether the event can change what the consumer writes.
    fn concerns(&self, event: &Recorded) -> bool;

    /// A handler for a process that has just acquired the lease.
    fn handler(&self) -> Box<dyn Handler>;

    /// How soon the lease is tried again while another process holds it.
    fn lease_poll_interval(&self) -> Duration {
        Duration::from_millis(500)
    }
}

/// Handles events for a [`LogConsumer`] while its process holds the lease. It may therefore cache what it writes.
#[async_trait]
pub trait Handler: Send + Sync {
    /// How many of these events, at least one, to handle in the next transaction, so that it takes seconds at most.
    fn next_batch(&self, events: &[Arc<Recorded>]) -> usize {
        events.len()
    }

    /// Handles events within a transaction. If it is not committed, [`Handler::forget`] is called.
    ///
    /// # Errors
    /// See [`ConsumeError::is_permanent`].
    async fn handle(&mut self, tx: &mut Tx, events: &[Arc<Recorded>]) -> Result<(), ConsumeError>;

    /// Drops what is cached: it was not committed.
    fn forget(&mut self);
}

/// Sees the progress of a consumer in this process.
pub trait Observer: Send + Sync + 'static {
    /// The consumer is at work, or waits while another process holds the lease.
    fn worked(&self);

    /// The position of the checkpoint.
    fn reached(&self, position: Position);

    /// Events were committed.
    fn committed(&self, events: usize, took: Duration, lag: Position);

    /// An event was written to `dead_letters`.
    fn parked(&self);
}

/// Notes nothing.
impl Observer for () {
    fn worked(&self) {}

    fn reached(&self, _position: Position) {}

    fn committed(&self, _events: usize, _took: Duration, _lag: Position) {}

    fn parked(&self) {}
}
