//! Reading the log in order, for ever.

use super::Ledger;
use crate::event_store::{Position, Recorded, StoreError};
use std::sync::Arc;
use tokio::sync::watch;

/// An ordered reader of the log: every event after its position, once, without a gap.
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

    /// The position of the last event that was handed out.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Waits until the log goes further than what was handed out. Safe to cancel.
    ///
    /// # Errors
    /// When the ledger is closed.
    pub async fn ready(&mut self) -> Result<(), StoreError> {
        // Marks the head as seen before looking: growth in between wakes the wait at once.
        while *self.head.borrow_and_update() <= self.position {
            self.head.changed().await.map_err(|_| StoreError::Closed)?;
        }
        Ok(())
    }

    /// Hands out at most `limit` of the next events; none, when there are none. Safe to cancel: nothing is lost. But
    /// whoever cancels it each time, because reading takes longer than what they do otherwise, gets nowhere.
    ///
    /// # Errors
    /// When a database cannot be used, or the log has a hole; the position stays, and it can be tried again.
    pub async fn read(&mut self, limit: usize) -> Result<Vec<Arc<Recorded>>, StoreError> {
        let events = self.ledger.read_all(self.position, limit).await?;
        if let Some(last) = events.last() {
            self.position = last.position;
        }
        Ok(events)
    }

    /// Waits for the next events and hands out at most `limit` of them. Never empty. Safe to cancel: nothing is lost.
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
            // The head is known, and its events are not to be seen yet.
            self.head.changed().await.map_err(|_| StoreError::Closed)?;
        }
    }
}
