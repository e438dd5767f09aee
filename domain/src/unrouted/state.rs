//! [`Unrouted`]: what is known of a callback that nobody understood, and what may be done with it.

use super::command::UnroutedCommand;
use super::event::UnroutedEvent;
use crate::decide::aggregate;
use crate::{CallId, Decide, Timestamp};
use cqrs_es::persist::EventUpcaster;
use serde::{Deserialize, Serialize};

/// What is known of a callback that nobody understood. Its parameters are in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unrouted {
    /// When it came.
    pub at: Option<Timestamp>,
    /// Which webhook it came to.
    pub endpoint: String,
    /// Why it could not be understood.
    pub reason: String,
    /// The call whose stream has its facts by now.
    pub reingested: Option<CallId>,
}

/// Why a command to an unrouted callback is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnroutedError {
    /// There is no such callback.
    #[error("there is no such callback")]
    NotFound,
    /// Its facts went to another call's stream.
    #[error("the callback was given to another call")]
    AlreadyReingested,
}

aggregate!(Unrouted, "unrouted", UnroutedCommand, UnroutedEvent, UnroutedError);

impl Unrouted {
    /// Folds an event into what is known.
    pub fn fold(&mut self, event: &UnroutedEvent) {
        match event {
            UnroutedEvent::CallbackUnrouted {
                at, endpoint, reason, ..
            } => {
                self.at = Some(*at);
                self.endpoint.clone_from(endpoint);
                self.reason.clone_from(reason);
            }
            UnroutedEvent::CallbackReingested { call_id, .. } => self.reingested = Some(call_id.clone()),
        }
    }
}

impl Decide for Unrouted {
    fn decide(&self, command: &UnroutedCommand) -> Result<Vec<UnroutedEvent>, UnroutedError> {
        match command {
            // The same callback again, under the same name.
            UnroutedCommand::Keep { .. } if self.at.is_some() => Ok(Vec::new()),
            UnroutedCommand::Keep {
                at,
                endpoint,
                params,
                reason,
            } => Ok(vec![UnroutedEvent::CallbackUnrouted {
                at: *at,
                endpoint: endpoint.clone(),
                params: params.clone(),
                reason: reason.clone(),
            }]),
            UnroutedCommand::MarkReingested { at, call_id, by } => match &self.reingested {
                _ if self.at.is_none() => Err(UnroutedError::NotFound),
                Some(known) if known == call_id => Ok(Vec::new()),
                Some(_) => Err(UnroutedError::AlreadyReingested),
                None => Ok(vec![UnroutedEvent::CallbackReingested {
                    at: *at,
                    call_id: call_id.clone(),
                    by: by.clone(),
                }]),
            },
        }
    }

    /// None yet: every event is still in its first shape. See `call/upcast.rs` for how one is made.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cqrs_es::test::TestFramework;
    use std::collections::BTreeMap;

    fn keep() -> UnroutedCommand {
        UnroutedCommand::Keep {
            at: Timestamp(1),
            endpoint: "call-status".into(),
            params: BTreeMap::from([("CallSid".to_owned(), vec![])]).into(),
            reason: "CallSid is missing".into(),
        }
    }

    fn kept() -> UnroutedEvent {
        UnroutedEvent::CallbackUnrouted {
            at: Timestamp(1),
            endpoint: "call-status".into(),
            params: BTreeMap::from([("CallSid".to_owned(), vec![])]).into(),
            reason: "CallSid is missing".into(),
        }
    }

    fn reingest(call: &str) -> UnroutedCommand {
        UnroutedCommand::MarkReingested {
            at: Timestamp(2),
            call_id: call.into(),
            by: "user:1".into(),
        }
    }

    fn reingested(call: &str) -> UnroutedEvent {
        UnroutedEvent::CallbackReingested {
            at: Timestamp(2),
            call_id: call.into(),
            by: "user:1".into(),
        }
    }

    fn unrouted() -> TestFramework<Unrouted> {
        TestFramework::with(())
    }

    #[test]
    fn a_callback_is_kept_whole_and_once() {
        unrouted()
            .given_no_previous_events()
            .when(keep())
            .then_expect_events(vec![kept()]);
        unrouted().given(vec![kept()]).when(keep()).then_expect_events(vec![]);
    }

    #[test]
    fn a_callback_goes_to_one_call() {
        unrouted()
            .given(vec![kept()])
            .when(reingest("CA1"))
            .then_expect_events(vec![reingested("CA1")]);
        let twice = || unrouted().given(vec![kept(), reingested("CA1")]);
        twice().when(reingest("CA1")).then_expect_events(vec![]);
        twice()
            .when(reingest("CA2"))
            .then_expect_error(UnroutedError::AlreadyReingested);
    }

    #[test]
    fn a_callback_that_never_came_cannot_be_reingested() {
        unrouted()
            .given_no_previous_events()
            .when(reingest("CA1"))
            .then_expect_error(UnroutedError::NotFound);
    }
}
