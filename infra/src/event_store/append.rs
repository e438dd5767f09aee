//! What an appender is given and what it answers.

use super::{Position, Recorded, StreamId};
use domain::Timestamp;
use std::sync::Arc;

/// An event on its way into the log: sealed, as it will lie there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// The event's name.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: String,
    /// JSON, exactly as it will be kept.
    pub payload: String,
    /// JSON, exactly as it will be kept.
    pub metadata: String,
}

/// Events for one stream, written together or not at all.
#[derive(Debug)]
pub struct Append {
    /// Where they go.
    pub stream: StreamId,
    /// The stream's last sequence, as the writer saw it; 0 for a stream that does not exist.
    pub expected: i64,
    /// At least one.
    pub events: Vec<NewEvent>,
    /// What makes the command idempotent.
    pub command_key: Option<String>,
    /// The same events open and typed, for the readers in this process; position and time are filled in on commit.
    pub opened: Vec<Recorded>,
}

/// What became of an append.
#[derive(Clone, Debug, PartialEq)]
pub enum Appended {
    /// The events are durable.
    Committed {
        /// The last of them.
        position: Position,
        /// When they were recorded.
        recorded_at: Timestamp,
    },
    /// The command's key is known: it was done before.
    Duplicate {
        /// The last event of the command that was first.
        position: Position,
    },
    /// The stream is not where the writer thought it was. Nothing was written.
    Conflict {
        /// The stream's last sequence.
        actual: i64,
    },
}

/// What one append of a batch came to, before it is told to its caller.
pub(super) enum AppendDecision {
    Committed,
    Duplicate(Position),
    Conflict(i64),
}

/// What a batch came to.
pub(super) struct BatchOutcome {
    /// The last position before the batch.
    pub last_position: Position,
    pub recorded_at: Timestamp,
    /// One for each append, in order.
    pub verdicts: Vec<AppendDecision>,
}

impl BatchOutcome {
    /// Gives each append its answer, and the events that were committed, opened, in the order of their positions.
    pub fn settle(self, appends: Vec<Append>) -> (Vec<Appended>, Vec<Arc<Recorded>>) {
        let mut position = self.last_position;
        let mut answers = Vec::with_capacity(appends.len());
        let mut committed = Vec::new();
        for (append, verdict) in appends.into_iter().zip(self.verdicts) {
            answers.push(match verdict {
                AppendDecision::Duplicate(first) => Appended::Duplicate { position: first },
                AppendDecision::Conflict(actual) => Appended::Conflict { actual },
                AppendDecision::Committed => {
                    let count = i64::try_from(append.events.len()).unwrap_or(i64::MAX);
                    for (event, place) in append.opened.into_iter().zip(position + 1..) {
                        committed.push(Arc::new(Recorded {
                            position: place,
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
        (answers, committed)
    }
}
