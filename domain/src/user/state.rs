//! [`User`]: the state of a user's stream, and its decisions.

use super::command::UserCommand;
use super::event::UserEvent;
use crate::decide::{aggregate, unless_known};
use crate::{Decide, Timestamp};
use cqrs_es::persist::EventUpcaster;
use serde::{Deserialize, Serialize};

/// The state of a user's stream. The account is in the accounts' tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct User {
    /// When the user was erased. Absent if not.
    pub erased_at: Option<Timestamp>,
}

/// Why a command to a user's stream is refused: never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserError {}

aggregate!(User, "user", UserCommand, UserEvent, UserError);

impl User {
    /// Applies an event to the state.
    pub const fn apply(&mut self, event: &UserEvent) {
        if let UserEvent::UserErased { at, .. } = event {
            self.erased_at = Some(*at);
        }
    }
}

impl Decide for User {
    fn decide(&self, command: &UserCommand) -> Result<Vec<UserEvent>, UserError> {
        let UserCommand::Record(event) = command;
        unless_known(self.erased_at.is_some(), event.clone())
    }

    /// None: every event type is at its first version. `call/upcast.rs` explains how to add one.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cqrs_es::test::TestFramework;

    fn signed_in(second: i64) -> UserEvent {
        UserEvent::SignedIn {
            at: Timestamp::from_seconds(second),
            address: "192.0.2.7".into(),
        }
    }

    #[test]
    fn nothing_is_recorded_after_an_erasure() {
        let erased = UserEvent::UserErased {
            at: Timestamp(1),
            ground: "request 7".into(),
            by: "cli:ada".into(),
        };
        TestFramework::<User>::with(())
            .given(vec![signed_in(0)])
            .when(UserCommand::Record(erased.clone()))
            .then_expect_events(vec![erased.clone()]);
        TestFramework::<User>::with(())
            .given(vec![signed_in(0), erased])
            .when(UserCommand::Record(signed_in(2)))
            .then_expect_events(vec![]);
    }
}
