//! [`Contact`]: what is known of a person in the contacts.

use super::event::ContactEvent;
use crate::call::event::PersonalText;
use crate::{Personal, Timestamp};
use serde::{Deserialize, Serialize};

/// What is known of a person in the contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// When the person was added; never, if there is no such contact.
    pub added_at: Option<Timestamp>,
    /// Their name.
    pub name: Option<PersonalText>,
    /// Their number, E.164.
    pub phone: Option<PersonalText>,
    /// Whether they were taken out of the contacts.
    pub removed: bool,
    /// Whether their personal values were destroyed.
    pub erased: bool,
}

impl Contact {
    /// Whether the person was ever added.
    #[must_use]
    pub const fn exists(&self) -> bool {
        self.added_at.is_some()
    }

    /// Folds an event into what is known.
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
