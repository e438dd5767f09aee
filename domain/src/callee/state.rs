//! [`Callee`]: the state of a callee.

use super::event::CalleeEvent;
use crate::call::event::PersonalText;
use crate::invalid::Invalid;
use crate::{ContactId, Personal, Timestamp};
use serde::{Deserialize, Serialize};

/// The state of a callee.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Callee {
    /// E.164. Absent until an event holds it; erased with the person.
    pub number: Option<PersonalText>,
    /// When the number was suppressed. Absent if it may be called.
    pub suppressed_at: Option<Timestamp>,
    /// The contact whose number it is, and since when.
    pub contact: Option<(ContactId, Timestamp)>,
}

/// Why a command to a callee is refused. No message repeats a personal value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalleeError {
    #[error("the number is not suppressed")]
    NotSuppressed,
    #[error("the number is that of another contact")]
    ClaimedBy { contact: ContactId, since: Timestamp },
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

impl Callee {
    /// Whether the number must not be called.
    #[must_use]
    pub const fn is_suppressed(&self) -> bool {
        self.suppressed_at.is_some()
    }

    /// Applies an event to the state.
    pub fn apply(&mut self, event: &CalleeEvent) {
        match event {
            CalleeEvent::NumberSuppressed { at, number, .. } => {
                self.number = Some(number.clone());
                self.suppressed_at = Some(*at);
            }
            CalleeEvent::SuppressionLifted { .. } => self.suppressed_at = None,
            CalleeEvent::ContactClaimed { at, contact } => self.contact = Some((contact.clone(), *at)),
            CalleeEvent::ContactReleased { .. } => self.contact = None,
            CalleeEvent::CalleeErased { .. } => self.number = self.number.as_ref().map(|_| Personal::Erased),
        }
    }
}
