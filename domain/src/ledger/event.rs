//! Events on ledger streams.

use crate::Timestamp;
use crate::call::event::events;
use crate::call::value::text_enum;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

text_enum! {
    /// The clock from which the log takes its times.
    LedgerClock {
        /// The operating system's clock.
        System = "system",
        /// The virtual clock of the sandbox. Times in such a log are not real.
        Sandbox = "sandbox",
    }
}

events! {
    /// An event on a ledger stream.
    LedgerEvent {
        /// The log was created. This is its first event.
        LedgerCreated {
            /// 32 lower-case hexadecimal digits: 16 random bytes, unique to this log.
            identity: String,
            clock: LedgerClock,
        },
        /// The data key of a stream was destroyed: its personal values cannot be read any more, here or in a backup of the
        /// log. `at` is the time of the destruction.
        DataKeyDestroyed {
            /// Type of the stream that was erased.
            aggregate_type: String,
            /// Identifier of that stream.
            aggregate_id: String,
        },
    }
}

impl LedgerEvent {
    /// The current version of every event type.
    pub const VERSION: &str = "1.0";

    /// Event types that the service does not append yet.
    pub const UNRELEASED: &[&str] = &[];
}

impl DomainEvent for LedgerEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
