//! [`Review`]: grade, resolution and edits of a call by users, in their order.

use crate::call::CallEvent;
use crate::call::event::PersonalText;
use crate::call::value::Grade;
use crate::{Personal, Timestamp};
use serde::{Deserialize, Serialize};

/// The results of a review.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// The current grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Graded>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// The name as edited by a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_name: Option<PersonalText>,
    /// The number as edited by a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_number: Option<PersonalText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<PersonalText>,
}

/// A grade with its author.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graded {
    pub grade: Grade,
    /// The user.
    pub by: String,
    pub at: Timestamp,
}

/// The disposition of a call with its author.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resolution {
    /// `resolved`, `callback_needed`, ...
    pub disposition: String,
    /// The disposition in the tenant's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The user.
    pub by: String,
    pub at: Timestamp,
}

impl Review {
    /// Whether no user has reviewed or edited the call.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn fold(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::Graded { at, grade, by } => {
                self.grade = Some(Graded {
                    grade: *grade,
                    by: by.clone(),
                    at: *at,
                });
            }
            E::GradeCleared { .. } => self.grade = None,
            E::Resolved {
                at,
                disposition,
                label,
                by,
            } => {
                self.resolution = Some(Resolution {
                    disposition: disposition.clone(),
                    label: label.clone(),
                    by: by.clone(),
                    at: *at,
                });
            }
            E::Reopened { .. } => self.resolution = None,
            E::DetailsEdited {
                caller_name,
                caller_number,
                notes,
                ..
            } => {
                for (known, edited) in [
                    (&mut self.caller_name, caller_name),
                    (&mut self.caller_number, caller_number),
                    (&mut self.notes, notes),
                ] {
                    if edited.is_some() {
                        known.clone_from(edited);
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn forget(&mut self) {
        for value in [&mut self.caller_name, &mut self.caller_number, &mut self.notes]
            .into_iter()
            .flatten()
        {
            *value = Personal::Erased;
        }
    }
}
