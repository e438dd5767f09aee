//! The end of the log, in memory: opened and typed once, for all readers of the process.

use crate::event_store::{Position, Recorded};
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// Events kept. A reader that is further behind reads the database.
const KEPT: usize = 32_768;

/// A dense run of the latest events that this process committed, and how far the log goes.
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
    /// Takes in what was just committed here.
    pub fn publish(&self, committed: Vec<Arc<Recorded>>) {
        let (Some(first), Some(last)) = (committed.first(), committed.last()) else {
            return;
        };
        let (first, last) = (first.position, last.position);
        {
            let mut events = self.events.write().unwrap_or_else(PoisonError::into_inner);
            if events.back().is_some_and(|event| event.position + 1 != first) {
                // Another process wrote in between: what is kept must stay dense.
                events.clear();
            }
            events.extend(committed);
            let excess = events.len().saturating_sub(KEPT);
            events.drain(..excess);
        }
        self.advance(last);
    }

    /// The log goes at least this far.
    pub fn advance(&self, head: Position) {
        self.head.send_if_modified(|known| {
            let grew = head > *known;
            *known = head.max(*known);
            grew
        });
    }

    /// How far the log is known to go.
    pub fn head(&self) -> Position {
        *self.head.borrow()
    }

    /// Tells of every growth.
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }

    /// The events after a position, at most `limit`, if the next one is here.
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

    /// Forgets every event of a stream that was erased; what follows is read from the database again.
    pub fn forget(&self) {
        self.events.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
