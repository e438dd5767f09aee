//! The events of the log in typed form, and what identifies them: stream and position.
//!
//! This module reads and writes nothing. `event_store` stores events, `keys` seals their personal values, and
//! `subscription` follows them.

mod metadata;
mod recorded;

pub use metadata::{Actor, Metadata, Params, UnknownActor};
pub use recorded::{Event, Recorded};

use serde::{Deserialize, Serialize};

/// An event's position in the log: 1, 2, 3, ... in commit order, without gaps.
pub type Position = i64;

/// Identifies a stream: all events of one aggregate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::FromRow)]
pub struct StreamId {
    /// `call`, `agent`, `contact`, `callee`, `phone_number`, `tenant_settings`, `quarantine`, `ledger`.
    pub aggregate_type: String,
    /// Unique within the type.
    pub aggregate_id: String,
}

impl StreamId {
    /// A stream of any type.
    pub fn new(aggregate_type: impl Into<String>, aggregate_id: impl Into<String>) -> Self {
        Self {
            aggregate_type: aggregate_type.into(),
            aggregate_id: aggregate_id.into(),
        }
    }

    /// A call's stream.
    pub fn call(id: impl Into<String>) -> Self {
        Self::new("call", id)
    }

    /// An agent's stream.
    pub fn agent(id: impl Into<String>) -> Self {
        Self::new("agent", id)
    }

    /// A contact's stream.
    pub fn contact(id: impl Into<String>) -> Self {
        Self::new("contact", id)
    }

    /// A callee's stream. The id is a digest of tenant and number: [`crate::ledger::Ledger::callee_id`].
    pub fn callee(id: impl Into<String>) -> Self {
        Self::new("callee", id)
    }

    /// The ledger's own stream. Its identity is the first event of the log.
    #[must_use]
    pub fn ledger() -> Self {
        Self::new("ledger", domain::ledger::STREAM_ID)
    }

    /// Whether events of the stream may hold personal values, so that it has a data key.
    #[must_use]
    pub fn holds_personal_values(&self) -> bool {
        !matches!(
            self.aggregate_type.as_str(),
            "ledger" | "phone_number" | "tenant_settings"
        )
    }

    /// The stream of a webhook that could not be parsed.
    pub fn quarantine(id: impl Into<String>) -> Self {
        Self::new("quarantine", id)
    }
}
