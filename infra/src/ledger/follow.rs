//! [`Subscription`]: reads the log in order and waits for new events.

use super::Ledger;
use crate::event_store::{Position, Recorded, StoreError};
use std::sync::Arc;
use tokio::sync::watch;

/// An ordered reader of the log: returns every event after its position once, without gaps.
pub struct Subscription {
    ledger: Ledger,
    head: watch::Receiver<Position>,
    position: Position,
}

impl Subscription {
    pub(super) fn new(ledger: Ledger, after: Position) -> Self {
        let head = ledger.0.store.recent().watch();
        Self {
            ledger,
            head,
            position: after,
        }
    }

    /// The position of the last event returned.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Waits until there are events after the current position. Cancel-safe.
    ///
    /// # Errors
    /// When the ledger is closed.
    pub async fn ready(&mut self) -> Result<(), StoreError> {
        // Marks the head as seen before comparing, so that a change in between ends the wait at once.
        while *self.head.borrow_and_update() <= self.position {
            self.head.changed().await.map_err(|_| StoreError::Closed)?;
        }
        Ok(())
    }

    /// Returns at most `limit` of the next events, or none. Cancel-safe: no event is lost. A caller that cancels it on
    /// every attempt, for example in a `select!` with a short timeout, makes no progress.
    ///
    /// # Errors
    /// When a database cannot be used, or a position is missing. The position is unchanged, so it can be retried.
    pub async fn read(&mut self, limit: usize) -> Result<Vec<Arc<Recorded>>, StoreError> {
        let events = self.ledger.read_all(self.position, limit).await?;
        if let Some(last) = events.last() {
            self.position = last.position;
        }
        Ok(events)
    }

    /// Waits for the next events and returns at most `limit` of them, never none. Cancel-safe: no event is lost.
    ///
    /// # Errors
    /// As [`Subscription::read`].
    pub async fn next(&mut self, limit: usize) -> Result<Vec<Arc<Recorded>>, StoreError> {
        loop {
            self.ready().await?;
            let events = self.read(limit).await?;
            if !events.is_empty() {
                return Ok(events);
            }
            // The head is known, but its events are not readable yet.
            self.head.changed().await.map_err(|_| StoreError::Closed)?;
        }
    }
}
