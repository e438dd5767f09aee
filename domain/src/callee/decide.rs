//! Decisions of a callee.

use super::command::CalleeCommand;
use super::event::CalleeEvent;
use super::state::{Callee, CalleeError};
use crate::decide::{aggregate, unless_known};
use crate::invalid::{e164, readable};
use crate::{Decide, Personal};
use cqrs_es::persist::EventUpcaster;

aggregate!(Callee, "callee", CalleeCommand, CalleeEvent, CalleeError);

impl Decide for Callee {
    fn decide(&self, command: &CalleeCommand) -> Result<Vec<CalleeEvent>, CalleeError> {
        decide(self, command)
    }

    /// None: every event type is at its first version. `call/upcast.rs` explains how to add one.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        Vec::new()
    }
}

/// Decides a command.
///
/// # Errors
/// When the command is refused.
fn decide(callee: &Callee, command: &CalleeCommand) -> Result<Vec<CalleeEvent>, CalleeError> {
    let at = command.at();
    match command {
        CalleeCommand::Suppress {
            number,
            origin,
            call,
            by,
            ..
        } => {
            e164("number", readable("number", number)?)?;
            let event = CalleeEvent::NumberSuppressed {
                at,
                number: number.clone(),
                origin: *origin,
                call: call.clone(),
                by: by.clone(),
            };
            unless_known(callee.is_suppressed(), event)
        }
        CalleeCommand::LiftSuppression { .. } if !callee.is_suppressed() => Err(CalleeError::NotSuppressed),
        CalleeCommand::LiftSuppression { by, .. } => Ok(vec![CalleeEvent::SuppressionLifted {
            at,
            number: callee.number.clone().unwrap_or(Personal::Erased),
            by: by.clone(),
        }]),
        CalleeCommand::ClaimContact { contact, .. } => match &callee.contact {
            Some((known, _)) if known == contact => Ok(Vec::new()),
            Some((other, since)) => Err(CalleeError::ClaimedBy {
                contact: other.clone(),
                since: *since,
            }),
            None => Ok(vec![CalleeEvent::ContactClaimed {
                at,
                contact: contact.clone(),
            }]),
        },
        CalleeCommand::ReleaseContact { contact, .. } => {
            let is_held = callee.contact.as_ref().is_some_and(|(known, _)| known == contact);
            let event = CalleeEvent::ContactReleased {
                at,
                contact: contact.clone(),
            };
            unless_known(!is_held, event)
        }
        CalleeCommand::Erase { ground, by, .. } => {
            let is_known = callee.number.as_ref().is_some_and(|number| *number != Personal::Erased);
            let event = CalleeEvent::CalleeErased {
                at,
                ground: ground.clone(),
                by: by.clone(),
            };
            unless_known(!is_known, event)
        }
    }
}
