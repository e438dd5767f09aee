//! Events of a callee.

use crate::call::event::{PersonalText, events};
use crate::call::value::text_enum;
use crate::{CallId, ContactId, Timestamp};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

text_enum! {
    /// Why a number is suppressed.
    SuppressionOrigin {
        /// The person asked on a call not to be called again.
        OptOut = "opt_out",
        /// A user decided it.
        Manual = "manual",
    }
}

events! {
    /// An event on a callee's stream.
    CalleeEvent {
        /// The number must not be called any more.
        NumberSuppressed {
            /// E.164.
            number: PersonalText,
            origin: SuppressionOrigin,
            /// The call on which the person asked for it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            call: Option<CallId>,
            /// The user who decided it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            by: Option<String>,
        },
        /// The number may be called again.
        SuppressionLifted {
            /// E.164.
            number: PersonalText,
            by: String,
        },
        /// The number is that of this contact, and of no other.
        ContactClaimed {
            contact: ContactId,
        },
        /// The number is no longer that of this contact.
        ContactReleased {
            contact: ContactId,
        },
        /// The number was destroyed. Whether it is suppressed remains.
        CalleeErased {
            /// Legal ground. No personal values.
            ground: String,
            by: String,
        },
    }
}

impl CalleeEvent {
    /// The current version of every event type.
    pub const VERSION: &str = "1.0";

    /// Event types that the service does not append yet.
    pub const UNRELEASED: &[&str] = &[];
}

impl DomainEvent for CalleeEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
