//! [`Quarantine`]: what is known of a callback that nobody understood, and what may be done with it.

use super::command::QuarantineCommand;
use super::event::QuarantineEvent;
use crate::decide::aggregate;
use crate::{CallId, Decide, Timestamp};
use cqrs_es::persist::EventUpcaster;
use serde::{Deserialize, Serialize};

/// What is known of a callback that nobody understood. Its parameters are in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quarantine {
    /// When it came.
    pub at: Option<Timestamp>,
    /// Which webhook it came to.
    pub endpoint: String,
    /// Why it could not be understood.
    pub reason: String,
    /// The call whose stream has its facts by now.
    pub reingested: Option<CallId>,
}

/// Why a command to an quarantine callback is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuarantineError {
    /// There is no such callback.
    #[error("there is no such callback")]
    NotFound,
    /// Its facts went to another call's stream.
    #[error("the callback was given to another call")]
    AlreadyReingested,
}

aggregate!(Quarantine, "quarantine", QuarantineCommand, QuarantineEvent, QuarantineError);

impl Quarantine {
    /// Folds an event into what is known.
    pub fn apply(&mut self, event: &QuarantineEvent) {
        match event {
            QuarantineEvent::WebhookQuarantined {
                at, endpoint, reason, ..
            } => {
                self.at = Some(*at);
                self.endpoint.clone_from(endpoint);
                self.reason.clone_from(reason);
            }
            QuarantineEvent::WebhookReingested { call_id, .. } => self.reingested = Some(call_id.clone()),
        }
    }
}

impl Decide for Quarantine {
    fn decide(&self, command: &QuarantineCommand) -> Result<Vec<QuarantineEvent>, QuarantineError> {
        match command {
            // The same callback again, under the same name.
            QuarantineCommand::Quarantine { .. } if self.at.is_some() => Ok(Vec::new()),
            QuarantineCommand::Quarantine {
                at,
                endpoint,
                params,
                reason,
            } => Ok(vec![QuarantineEvent::WebhookQuarantined {
                at: *at,
                endpoint: endpoint.clone(),
                params: params.clone(),
                reason: reason.clone(),
            }]),
            QuarantineCommand::MarkReingested { at, call_id, by } => match &self.reingested {
                _ if self.at.is_none() => Err(QuarantineError::NotFound),
                Some(known) if known == call_id => Ok(Vec::new()),
                Some(_) => Err(QuarantineError::AlreadyReingested),
                None => Ok(vec![QuarantineEvent::WebhookReingested {
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

    fn quarantine() -> QuarantineCommand {
        QuarantineCommand::Quarantine {
            at: Timestamp(1),
            endpoint: "call-status".into(),
            params: BTreeMap::from([("CallSid".to_owned(), vec![])]).into(),
            reason: "CallSid is missing".into(),
        }
    }

    fn quarantined() -> QuarantineEvent {
        QuarantineEvent::WebhookQuarantined {
            at: Timestamp(1),
            endpoint: "call-status".into(),
            params: BTreeMap::from([("CallSid".to_owned(), vec![])]).into(),
            reason: "CallSid is missing".into(),
        }
    }

    fn reingest(call: &str) -> QuarantineCommand {
        QuarantineCommand::MarkReingested {
            at: Timestamp(2),
            call_id: call.into(),
            by: "user:1".into(),
        }
    }

    fn reingested(call: &str) -> QuarantineEvent {
        QuarantineEvent::WebhookReingested {
            at: Timestamp(2),
            call_id: call.into(),
            by: "user:1".into(),
        }
    }

    fn webhook() -> TestFramework<Quarantine> {
        TestFramework::with(())
    }

    #[test]
    fn a_callback_is_kept_whole_and_once() {
        webhook()
            .given_no_previous_events()
            .when(quarantine())
            .then_expect_events(vec![quarantined()]);
        webhook().given(vec![quarantined()]).when(quarantine()).then_expect_events(vec![]);
    }

    #[test]
    fn a_callback_goes_to_one_call() {
        webhook()
            .given(vec![quarantined()])
            .when(reingest("CA1"))
            .then_expect_events(vec![reingested("CA1")]);
        let twice = || webhook().given(vec![quarantined(), reingested("CA1")]);
        twice().when(reingest("CA1")).then_expect_events(vec![]);
        twice()
            .when(reingest("CA2"))
            .then_expect_error(QuarantineError::AlreadyReingested);
    }

    #[test]
    fn a_callback_that_never_came_cannot_be_reingested() {
        webhook()
            .given_no_previous_events()
            .when(reingest("CA1"))
            .then_expect_error(QuarantineError::NotFound);
    }
}
