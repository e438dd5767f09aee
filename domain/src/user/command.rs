//! Commands to a user's stream.

use super::event::UserEvent;
use crate::Timestamp;

/// A command to a user's stream. It is never refused.
#[derive(Clone, Debug, PartialEq)]
pub enum UserCommand {
    /// Records what was done to the account. Without effect once the user is erased.
    Record(UserEvent),
}

impl UserCommand {
    /// The command's name, for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Record(_) => "Record",
        }
    }

    /// The time at which the effect of the command happened.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Record(event) => event.at(),
        }
    }
}
