//! [`Review`]: grade, corrections, resolution and edits of a call by users, in their order.

use super::event::{CallEvent, PersonalText};
use super::value::Grade;
use crate::{Personal, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The results of a review.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Review {
    /// The current grade.
    pub grade: Option<Graded>,
    /// By number, including withdrawn ones.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Correction>))]
    pub corrections: BTreeMap<u32, Correction>,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = GradeState))]
pub struct Graded {
    pub grade: Grade,
    /// The user.
    pub by: String,
    pub at: Timestamp,
}

/// A correction: what a reviewer wrote the agent should have said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = CorrectionState))]
pub struct Correction {
    pub note: PersonalText,
    /// The turn that it refers to. Absent if it refers to the whole call.
    pub turn: Option<u32>,
    /// The user.
    pub by: String,
    pub at: Timestamp,
    pub withdrawn: bool,
}

/// The disposition of a call with its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resolution {
    /// `resolved`, `callback_needed`, `spam`, ...
    pub disposition: String,
    /// The disposition in the tenant's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The user.
    pub by: String,
    pub at: Timestamp,
}

impl Review {
    /// Whether the call is graded or has a correction in force.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.grade.is_some() || self.corrections_in_force() > 0
    }

    /// Number of corrections that are not withdrawn.
    #[must_use]
    pub fn corrections_in_force(&self) -> usize {
        self.corrections
            .values()
            .filter(|correction| !correction.withdrawn)
            .count()
    }

    /// Whether the current grade is this one.
    #[must_use]
    pub fn is_graded(&self, grade: Grade) -> bool {
        self.grade.as_ref().is_some_and(|graded| graded.grade == grade)
    }

    /// Applies an event. Returns whether it was one of the review.
    pub fn fold(&mut self, event: &CallEvent) -> bool {
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
            E::CorrectionNoted {
                at,
                correction,
                note,
                turn,
                by,
            } => {
                let noted = Correction {
                    note: note.clone(),
                    turn: *turn,
                    by: by.clone(),
                    at: *at,
                    withdrawn: false,
                };
                self.corrections.insert(*correction, noted);
            }
            E::CorrectionWithdrawn { correction, .. } => {
                if let Some(noted) = self.corrections.get_mut(correction) {
                    noted.withdrawn = true;
                }
            }
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
            _ => return false,
        }
        true
    }

    /// Erases all personal values.
    pub fn forget(&mut self) {
        let edited = [&mut self.caller_name, &mut self.caller_number, &mut self.notes];
        let notes = self.corrections.values_mut().map(|correction| &mut correction.note);
        for value in edited.into_iter().flatten().chain(notes) {
            *value = Personal::Erased;
        }
    }
}
