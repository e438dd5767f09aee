//! Commands to a contact.

use crate::call::command::commands;
use crate::call::event::PersonalText;

commands! {
    /// A command to a contact. It can be refused with a [`super::ContactError`].
    ContactCommand
    whole {}
    spelled {
        Add {
            name: PersonalText,
            /// E.164.
            phone: PersonalText,
            by: String,
        },
        /// Changes the name and, if present, the number.
        Rename {
            name: PersonalText,
            /// E.164. An absent number keeps its value.
            phone: Option<PersonalText>,
            by: String,
        },
        Remove {
            by: String,
        },
        /// Destroys every personal value of the contact.
        Erase {
            /// Legal ground. No personal values.
            ground: String,
            by: String,
        },
    }
}
