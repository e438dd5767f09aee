//! What a contact can be ordered to do.

use crate::call::command::commands;
use crate::call::event::PersonalText;

commands! {
    /// A command to a contact. All are people's, and are refused with a [`super::ContactError`] when they make no sense.
    ContactCommand
    whole {}
    spelled {
        /// Add the person.
        Add {
            /// Their name.
            name: PersonalText,
            /// Their number, E.164.
            phone: PersonalText,
            /// Who.
            by: String,
        },
        /// Change the name, or the number.
        Rename {
            /// Their name.
            name: PersonalText,
            /// Their number, E.164, where it changes.
            phone: Option<PersonalText>,
            /// Who.
            by: String,
        },
        /// Take the person out of the contacts.
        Remove {
            /// Who.
            by: String,
        },
        /// Destroy every personal value of the contact.
        Erase {
            /// On what ground. Never a personal value.
            ground: String,
            /// Who.
            by: String,
        },
    }
}
