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

    /// Waits for the next events and hands out at most `limit` of them. Never empty. Safe to cancel: nothing is lost.
    ///
    /// # Errors
    /// When a database cannot be used, or the log has a hole; the position stays, and it can be tried again.
    pub async fn next(&mut self, limit: usize) -> Result<Vec<Arc<Recorded>>, StoreError> {
        loop {
            // Marks the head as seen before reading: growth in between wakes the wait below at once.
            let head = *self.head.borrow_and_update();
            if head > self.position {
                let events = self.ledger.read_all(self.position, limit).await?;
                if let Some(last) = events.last() {
                    self.position = last.position;
                    return Ok(events);
                }
            }
            self.head.changed().await.map_err(|_| StoreError::Closed)?;
        }
    }
}
