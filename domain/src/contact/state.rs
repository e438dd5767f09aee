//! [`Contact`]: the state of a contact.

use super::event::ContactEvent;
use crate::call::event::PersonalText;
use crate::{Personal, Timestamp};
use serde::{Deserialize, Serialize};

/// The state of a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Absent if the contact does not exist.
    pub added_at: Option<Timestamp>,
    pub name: Option<PersonalText>,
    /// E.164.
    pub phone: Option<PersonalText>,
    pub removed: bool,
    pub erased: bool,
}

impl Contact {
    /// Whether the contact was added.
    #[must_use]
    pub const fn exists(&self) -> bool {
        self.added_at.is_some()
    }

    /// Applies an event to the state.
    pub fn apply(&mut self, event: &ContactEvent) {
        use ContactEvent as E;
        match event {
            E::ContactAdded { at, name, phone, .. } => {
                self.added_at = Some(*at);
                self.name = Some(name.clone());
                self.phone = Some(phone.clone());
            }
            E::ContactRenamed { name, phone, .. } => {
                self.name = Some(name.clone());
                if phone.is_some() {
                    self.phone.clone_from(phone);
                }
            }
            E::ContactRemoved { .. } => self.removed = true,
            E::ContactErased { .. } => {
                self.erased = true;
                self.name = Some(Personal::Erased);
                self.phone = Some(Personal::Erased);
            }
        }
    }
}
