//! Events of a contact.

use crate::Timestamp;
use crate::call::event::{PersonalText, events};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

events! {
    /// An event on a contact's stream.
    ContactEvent {
        ContactAdded {
            name: PersonalText,
            /// E.164.
            phone: PersonalText,
            by: String,
        },
        /// The name or the number changed.
        ContactRenamed {
            name: PersonalText,
            /// E.164. Absent if it did not change.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            phone: Option<PersonalText>,
            by: String,
        },
        ContactRemoved {
            by: String,
        },
        /// Every personal value of the contact was destroyed.
        ContactErased {
            /// Legal ground. No personal values.
            ground: String,
            by: String,
        },
    }
}

impl ContactEvent {
    /// The current version of every event type.
    pub const VERSION: &str = "1.0";

    /// Event types that the service does not append yet.
    pub const UNRELEASED: &[&str] = &[];
}

impl DomainEvent for ContactEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
