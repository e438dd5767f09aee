//! What people made of a call, in the order in which they did it.

use domain::call::CallEvent;
use domain::call::event::PersonalText;
use domain::call::value::Grade;
use domain::{Personal, Timestamp};
use serde::{Deserialize, Serialize};

/// What people made of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// The judgement in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Graded>,
    /// What became of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// The caller's name as edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_name: Option<PersonalText>,
    /// The caller's number as edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_number: Option<PersonalText>,
    /// Free notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<PersonalText>,
}

/// A judgement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graded {
    /// Thumbs up or down.
    pub grade: Grade,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resolution {
    /// `resolved`, `callback_needed`, ...
    pub disposition: String,
    /// The same for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Review {
    /// Whether nobody has touched the call.
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
