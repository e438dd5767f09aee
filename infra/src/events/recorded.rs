//! [`Recorded`]: an event with its position, unsealed and typed.

use super::{Metadata, Position, StreamId};
use domain::Timestamp;
use domain::agent::AgentEvent;
use domain::call::CallEvent;
use domain::callee::CalleeEvent;
use domain::contact::ContactEvent;
use domain::ledger::LedgerEvent;
use domain::phone_number::PhoneNumberEvent;
use domain::quarantine::QuarantineEvent;
use domain::tenant_settings::TenantSettingsEvent;
use domain::user::UserEvent;

/// A recorded event.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub position: Position,
    pub stream: StreamId,
    /// Number within the stream, from 1.
    pub sequence: i64,
    pub event_type: String,
    /// The version of the stored payload.
    pub event_version: String,
    /// When the ledger recorded it.
    pub recorded_at: Timestamp,
    pub metadata: Metadata,
    pub event: Event,
    /// Bytes of the stored payload, by which caches are bounded.
    pub size: usize,
}

/// What an event takes in memory beside its payload, in bytes.
const OVERHEAD: usize = 768;

impl Recorded {
    /// About how many bytes the event takes in memory.
    #[must_use]
    pub const fn memory(&self) -> usize {
        self.size + OVERHEAD
    }
}

/// An event of any stream type.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Call(CallEvent),
    Agent(AgentEvent),
    Contact(ContactEvent),
    Callee(CalleeEvent),
    PhoneNumber(PhoneNumberEvent),
    TenantSettings(TenantSettingsEvent),
    Quarantine(QuarantineEvent),
    User(UserEvent),
    Ledger(LedgerEvent),
    /// The event is unknown to this program: a newer version wrote it, or it is damaged. A reader must not skip it.
    Unreadable {
        /// Contains no personal values.
        reason: String,
    },
}

impl Event {
    /// When it happened, by the clock of its source. `None` if it is unreadable.
    #[must_use]
    pub const fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Call(event) => Some(event.at()),
            Self::Agent(event) => Some(event.at()),
            Self::Contact(event) => Some(event.at()),
            Self::Callee(event) => Some(event.at()),
            Self::PhoneNumber(event) => Some(event.at()),
            Self::TenantSettings(event) => Some(event.at()),
            Self::Quarantine(event) => Some(event.at()),
            Self::User(event) => Some(event.at()),
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
    CalleeEvent => Callee,
    PhoneNumberEvent => PhoneNumber,
    TenantSettingsEvent => TenantSettings,
    QuarantineEvent => Quarantine,
    UserEvent => User,
    LedgerEvent => Ledger
);
