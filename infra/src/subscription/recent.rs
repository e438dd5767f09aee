//! [`Recent`]: the latest events in memory, decrypted and parsed once for all readers of the process.

use crate::events::{Position, Recorded};
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// Most events in memory. A reader with a larger lag reads the database.
const MAX_EVENTS: usize = 32_768;

/// A dense run of the latest events that this process committed, and the known head of the log.
pub(crate) struct Recent {
    head: watch::Sender<Position>,
    events: RwLock<VecDeque<Arc<Recorded>>>,
}

impl Default for Recent {
    fn default() -> Self {
        Self {
            head: watch::Sender::new(0),
            events: RwLock::default(),
        }
    }
}

impl Recent {
    /// Adds events that this process has committed.
    pub fn publish(&self, committed: Vec<Arc<Recorded>>) {
        let (Some(first), Some(last)) = (committed.first(), committed.last()) else {
            return;
        };
        let (first, last) = (first.position, last.position);
        {
            let mut events = self.events.write().unwrap_or_else(PoisonError::into_inner);
            if events.back().is_some_and(|event| event.position + 1 != first) {
                // Another process has written in between. The run must stay dense, so it starts again.
                events.clear();
            }
            events.extend(committed);
            let excess = events.len().saturating_sub(MAX_EVENTS);
            events.drain(..excess);
        }
        self.advance(last);
    }

    /// Raises the known head of the log.
    pub fn advance(&self, head: Position) {
        self.head.send_if_modified(|known| {
            let grew = head > *known;
            *known = head.max(*known);
            grew
        });
    }

    /// The known head of the log.
    pub fn head(&self) -> Position {
        *self.head.borrow()
    }

    /// A watch on the known head.
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }

    /// At most `limit` events after a position. `None` if the next one is not in memory.
    pub fn after(&self, position: Position, limit: usize) -> Option<Vec<Arc<Recorded>>> {
        let events = self.events.read().unwrap_or_else(PoisonError::into_inner);
        let first = events.front()?.position;
        let skip = usize::try_from(position + 1 - first).ok()?;
        if skip >= events.len() {
            return None;
        }
        Some(
            events
                .range(skip..events.len().min(skip.saturating_add(limit)))
                .cloned()
                .collect(),
        )
    }

    /// Drops all events after an erasure, so that they are read from the database again.
    pub fn forget(&self) {
        self.events.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
