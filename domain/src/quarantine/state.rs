//! [`Quarantine`]: the state of a quarantined webhook, and its decisions.

use super::command::QuarantineCommand;
use super::event::QuarantineEvent;
use crate::decide::{aggregate, unless_known};
use crate::{CallId, Decide, Timestamp};
use cqrs_es::persist::EventUpcaster;
use serde::{Deserialize, Serialize};

/// The state of a quarantined webhook. Its parameters are only in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quarantine {
    /// When it was received. Absent if the stream is empty.
    pub at: Option<Timestamp>,
    pub endpoint: String,
    /// Why it could not be parsed.
    pub reason: String,
    /// The call whose stream received its events after a fix.
    pub reingested: Option<CallId>,
    /// Whether its parameters were destroyed.
    pub erased: bool,
}

/// Why a command to a quarantined webhook is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuarantineError {
    #[error("there is no such webhook")]
    NotFound,
    #[error("the webhook was assigned to another call")]
    AlreadyReingested,
}

aggregate!(
    Quarantine,
    "quarantine",
    QuarantineCommand,
    QuarantineEvent,
    QuarantineError
);

impl Quarantine {
    /// Applies an event to the state.
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
            QuarantineEvent::WebhookErased { .. } => self.erased = true,
        }
    }
}

impl Decide for Quarantine {
    fn decide(&self, command: &QuarantineCommand) -> Result<Vec<QuarantineEvent>, QuarantineError> {
        match command {
            // A repetition of the same webhook has the same stream id.
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
            QuarantineCommand::Erase { .. } if self.at.is_none() => Err(QuarantineError::NotFound),
            QuarantineCommand::Erase { at, ground, by } => {
                let event = QuarantineEvent::WebhookErased {
                    at: *at,
                    ground: ground.clone(),
                    by: by.clone(),
                };
                unless_known(self.erased, event)
            }
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

    /// None: every event type is at its first version. `call/upcast.rs` explains how to add one.
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
    fn quarantine_repeated_has_no_effect() {
        webhook()
            .given_no_previous_events()
            .when(quarantine())
            .then_expect_events(vec![quarantined()]);
        webhook()
            .given(vec![quarantined()])
            .when(quarantine())
            .then_expect_events(vec![]);
    }

    #[test]
    fn reingest_to_a_second_call_is_refused() {
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
    fn webhook_is_erased_once() {
        let erase = QuarantineCommand::Erase {
            at: Timestamp(3),
            ground: "request 7".into(),
            by: "user:1".into(),
        };
        let erased = QuarantineEvent::WebhookErased {
            at: Timestamp(3),
            ground: "request 7".into(),
            by: "user:1".into(),
        };
        webhook()
            .given(vec![quarantined()])
            .when(erase.clone())
            .then_expect_events(vec![erased.clone()]);
        webhook()
            .given(vec![quarantined(), erased])
            .when(erase.clone())
            .then_expect_events(vec![]);
        webhook()
            .given_no_previous_events()
            .when(erase)
            .then_expect_error(QuarantineError::NotFound);
    }

    #[test]
    fn reingest_of_an_unknown_webhook_is_refused() {
        webhook()
            .given_no_previous_events()
            .when(reingest("CA1"))
            .then_expect_error(QuarantineError::NotFound);
    }
}
