//! What can have happened to a callback that nobody understood.

use crate::call::event::events;
use crate::{CallId, Personal, Timestamp};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

events! {
    /// An event on the stream of an quarantine callback.
    QuarantineEvent {
        /// A correctly signed callback could not be understood, and is kept whole.
        WebhookQuarantined {
            /// Which webhook it came to: `call-status`, `recording-status`, ...
            endpoint: String,
            /// All of its parameters.
            params: Personal<BTreeMap<String, Vec<String>>>,
            /// Why it could not be understood. Never a personal value.
            reason: String,
        },
        /// It was understood after a fix.
        WebhookReingested {
            /// The call whose stream now has its facts.
            call_id: CallId,
            /// Who saw to it.
            by: String,
        },
    }
}

impl QuarantineEvent {
    /// Today's version of every event type.
    pub const VERSION: &str = "1.0";
}

impl DomainEvent for QuarantineEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
