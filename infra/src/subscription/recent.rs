//! [`Recent`]: the latest events in memory, decrypted and parsed once for all readers of the process.

use crate::events::{Position, Recorded};
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// Most events in memory. A reader with a larger lag reads the database.
const MAX_EVENTS: usize = 32_768;
/// Most memory of these events, in bytes.
const MAX_BYTES: usize = 64 << 20;

/// A dense run of the latest events that this process committed, and the known head of the log.
pub(crate) struct Recent {
    head: watch::Sender<Position>,
    events: RwLock<Run>,
}

/// A dense run of events, oldest first.
#[derive(Default)]
struct Run {
    events: VecDeque<Arc<Recorded>>,
    bytes: usize,
}

impl Run {
    fn extend(&mut self, committed: Vec<Arc<Recorded>>) {
        self.bytes += committed.iter().map(|event| event.memory()).sum::<usize>();
        self.events.extend(committed);
        // The newest event stays, however large it is: readers wait for it.
        while self.events.len() > MAX_EVENTS || (self.bytes > MAX_BYTES && self.events.len() > 1) {
            let Some(oldest) = self.events.pop_front() else { return };
            self.bytes -= oldest.memory();
        }
    }
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
            if events.events.back().is_some_and(|event| event.position + 1 != first) {
                // Another process has written in between. The run must stay dense, so it starts again.
                *events = Run::default();
            }
            events.extend(committed);
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
        let run = self.events.read().unwrap_or_else(PoisonError::into_inner);
        let events = &run.events;
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
        *self.events.write().unwrap_or_else(PoisonError::into_inner) = Run::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Actor, Event, Metadata, StreamId};
    use domain::Timestamp;

    fn event(position: Position, size: usize) -> Arc<Recorded> {
        Arc::new(Recorded {
            position,
            stream: StreamId::call("CA1"),
            sequence: position,
            event_type: "CorrectionNoted".into(),
            event_version: "1.0".into(),
            recorded_at: Timestamp::default(),
            metadata: Metadata::new("default", Actor::Import, "test"),
            event: Event::Unreadable { reason: "test".into() },
            size,
        })
    }

    #[test]
    fn events_in_memory_are_bounded_by_bytes() {
        let recent = Recent::default();
        // Notes of 40 kB: by their number alone, 1.3 GB of them would be kept.
        for position in 1..=20_000 {
            recent.publish(vec![event(position, 40_000)]);
        }
        let run = recent.events.read().expect("unpoisoned");
        assert!(run.bytes <= MAX_BYTES, "{} bytes", run.bytes);
        assert!(run.events.len() > 1_000, "{} events", run.events.len());
        assert_eq!(run.bytes, run.events.iter().map(|event| event.memory()).sum::<usize>());
        drop(run);
        assert_eq!(recent.after(19_999, 10).map(|events| events.len()), Some(1));
        recent.publish(vec![event(20_001, MAX_BYTES * 2)]);
        assert_eq!(
            recent.after(20_000, 10).map(|events| events.len()),
            Some(1),
            "the newest stays"
        );
        recent.forget();
        assert_eq!(recent.events.read().expect("unpoisoned").bytes, 0);
    }
}
