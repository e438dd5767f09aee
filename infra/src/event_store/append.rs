//! The input and output of the appender.

use super::{Position, Recorded, StreamId};
use domain::Timestamp;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// An event to append, sealed, exactly as it will be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    pub event_type: String,
    pub event_version: String,
    /// JSON, exactly as it will be stored.
    pub payload: String,
    /// JSON, exactly as it will be stored.
    pub metadata: String,
}

/// Events for one stream, appended atomically.
#[derive(Debug)]
pub struct Append {
    pub stream: StreamId,
    /// The stream's last sequence as the caller knows it. 0 for a new stream.
    pub expected: i64,
    /// At least one.
    pub events: Vec<NewEvent>,
    /// Makes the command idempotent.
    pub command_key: Option<String>,
    /// The same events unsealed and typed, for readers in this process. Position and time are set on commit.
    pub opened: Vec<Recorded>,
}

/// The result of an append.
#[derive(Clone, Debug, PartialEq)]
pub enum Appended {
    /// The events are durable.
    Committed {
        /// The last event's.
        position: Position,
        recorded_at: Timestamp,
    },
    /// The command key is known: the command was executed before.
    Duplicate {
        /// The last event's of the first execution.
        position: Position,
    },
    /// The stream is not at the expected sequence. Nothing was written.
    Conflict {
        /// The stream's last sequence.
        actual: i64,
    },
}

/// What the table of executed commands holds of a command key: the first half of its SHA-256 digest. Among ten thousand
/// million keys, two are equal by chance with a probability of 10^-18.
pub(super) fn key_digest(command_key: &str) -> [u8; 16] {
    let digest = Sha256::digest(command_key);
    std::array::from_fn(|i| digest[i])
}

/// The decision on one append of a batch.
pub(super) enum AppendDecision {
    Committed,
    Duplicate(Position),
    Conflict(i64),
}

/// The result of a batch.
pub(super) struct BatchOutcome {
    /// The last position before the batch.
    pub last_position: Position,
    pub recorded_at: Timestamp,
    /// One per append, in order.
    pub decisions: Vec<AppendDecision>,
}

impl BatchOutcome {
    /// The result for each append, and the committed events, unsealed, by position.
    pub fn into_results(self, appends: Vec<Append>) -> (Vec<Appended>, Vec<Arc<Recorded>>) {
        let mut position = self.last_position;
        let mut results = Vec::with_capacity(appends.len());
        let mut committed = Vec::new();
        for (append, decision) in appends.into_iter().zip(self.decisions) {
            results.push(match decision {
                AppendDecision::Duplicate(first) => Appended::Duplicate { position: first },
                AppendDecision::Conflict(actual) => Appended::Conflict { actual },
                AppendDecision::Committed => {
                    let count = i64::try_from(append.events.len()).unwrap_or(i64::MAX);
                    for (event, event_position) in append.opened.into_iter().zip(position + 1..) {
                        committed.push(Arc::new(Recorded {
                            position: event_position,
                            recorded_at: self.recorded_at,
                            ..event
                        }));
                    }
                    position += count;
                    Appended::Committed {
                        position,
                        recorded_at: self.recorded_at,
                    }
                }
            });
        }
        (results, committed)
    }
}
