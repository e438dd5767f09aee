//! Commands to a callee.

use super::event::SuppressionOrigin;
use crate::call::command::commands;
use crate::call::event::PersonalText;
use crate::{CallId, ContactId};

commands! {
    /// A command to a callee. It can be refused with a [`super::CalleeError`].
    CalleeCommand
    whole {}
    spelled {
        /// Puts the number on the suppression list. Without effect if it is on it.
        Suppress {
            /// E.164.
            number: PersonalText,
            origin: SuppressionOrigin,
            call: Option<CallId>,
            by: Option<String>,
        },
        /// Takes the number off the suppression list.
        LiftSuppression {
            by: String,
        },
        /// Makes the number that of a contact. Refused if it is that of another.
        ClaimContact {
            contact: ContactId,
        },
        /// Ends the claim of a contact. Without effect if the number is not that contact's.
        ReleaseContact {
            contact: ContactId,
        },
        /// Destroys the number, not the suppression. Without effect if no event holds it.
        Erase {
            /// Legal ground. No personal values.
            ground: String,
            by: String,
        },
    }
}
