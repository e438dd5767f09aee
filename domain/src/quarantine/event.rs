//! Events of a quarantined webhook.

use crate::call::event::events;
use crate::{CallId, Personal, Timestamp};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The parameters of a request: each name with all its values.
pub type PersonalParams = Personal<BTreeMap<String, Vec<String>>>;

events! {
    /// An event on the stream of a quarantined webhook.
    QuarantineEvent {
        /// A webhook with a valid signature could not be parsed.
        WebhookQuarantined {
            /// The webhook: `call-status`, `recording-status`, ...
            endpoint: String,
            /// All parameters of the request.
            #[cfg_attr(feature = "openapi", schema(inline))]
            params: PersonalParams,
            /// Why it could not be parsed. No personal values.
            reason: String,
        },
        /// The webhook was parsed after a fix.
        WebhookReingested {
            /// The call whose stream received the events.
            call_id: CallId,
            by: String,
        },
        /// The parameters of the webhook were destroyed with the personal values of a person.
        WebhookErased {
            /// Legal ground. No personal values.
            ground: String,
            by: String,
        },
    }
}

impl QuarantineEvent {
    /// The current version of every event type.
    pub const VERSION: &str = "1.0";

    /// Event types that the service does not append yet.
    pub const UNRELEASED: &[&str] = &[];
}

impl DomainEvent for QuarantineEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
