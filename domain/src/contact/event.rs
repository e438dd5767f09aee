//! What can have happened to a contact.

use crate::Timestamp;
use crate::call::event::{PersonalText, events};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

events! {
    /// An event on a contact's stream.
    ContactEvent {
        /// The person is known.
        ContactAdded {
            /// Their name.
            name: PersonalText,
            /// Their number, E.164.
            phone: PersonalText,
            /// Who.
            by: String,
        },
        /// The person has another name, or another number.
        ContactRenamed {
            /// Their name.
            name: PersonalText,
            /// Their number, E.164, where it changed.
            phone: Option<PersonalText>,
            /// Who.
            by: String,
        },
        /// The person is no longer in the contacts.
        ContactRemoved {
            /// Who.
            by: String,
        },
        /// Every personal value of the contact was destroyed.
        ContactErased {
            /// On what ground. Never a personal value.
            ground: String,
            /// Who.
            by: String,
        },
    }
}

impl ContactEvent {
    /// Today's version of every event type.
    pub const VERSION: &str = "1.0";
}

impl DomainEvent for ContactEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
