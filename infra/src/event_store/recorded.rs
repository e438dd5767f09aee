//! An event as its readers get it: placed, opened, typed.

use super::{Metadata, Position, StreamId};
use domain::Timestamp;
use domain::agent::AgentEvent;
use domain::call::CallEvent;
use domain::contact::ContactEvent;
use domain::ledger::LedgerEvent;
use domain::quarantine::QuarantineEvent;

/// An event, where and when it was recorded, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its place in the whole log, from 1.
    pub position: Position,
    /// Whose stream it is on.
    pub stream: StreamId,
    /// Its place in its stream, from 1.
    pub sequence: i64,
    /// Its name.
    pub event_type: String,
    /// The version of its shape in the log.
    pub event_version: String,
    /// When the ledger heard of it.
    pub recorded_at: Timestamp,
    /// Who, by which door, because of what.
    pub metadata: Metadata,
    /// What happened.
    pub event: Event,
}

/// What happened, on any stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// To a call.
    Call(CallEvent),
    /// To an agent.
    Agent(AgentEvent),
    /// To a contact.
    Contact(ContactEvent),
    Quarantine(QuarantineEvent),
    Ledger(LedgerEvent),
    /// This program does not know the event: a newer one wrote it, or it is damaged. A reader must not skip it.
    Unreadable {
        /// Why, in words free of personal values.
        reason: String,
    },
}

impl Event {
    /// When it happened, as told by whoever told us. `None` when it cannot be read.
    #[must_use]
    pub const fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Call(event) => Some(event.at()),
            Self::Agent(event) => Some(event.at()),
            Self::Contact(event) => Some(event.at()),
            Self::Quarantine(event) => Some(event.at()),
            Self::Ledger(event) => Some(event.at()),
            Self::Unreadable { .. } => None,
        }
    }
}

macro_rules! from_stream_event {
    ($($event:ty => $variant:ident),*) => { $(
        impl From<$event> for Event {
            fn from(event: $event) -> Self {
                Self::$variant(event)
            }
        }
    )* };
}
from_stream_event!(
    CallEvent => Call,
    AgentEvent => Agent,
    ContactEvent => Contact,
    QuarantineEvent => Quarantine,
    LedgerEvent => Ledger
);
