//! [`CallView`]: the state of a call, independent of the order of its callbacks.
//!
//! Several read models need the same values of a call (parties, times, outcome), so the join of callbacks is here,
//! once. Each model stores the view as JSON in a column of its own rows, and queries use columns derived from it.
//!
//! The same set of callbacks results in the same bytes: local times are dropped once the provider's clock is known, and
//! inferred values once they are reported. Actions of users (a grade, an edit) apply in their own order.

mod derive;
mod fold;
mod participants;
mod review;

pub use derive::{Filter, Status, UtcHour};
pub use participants::{Participant, Participants};
pub use review::{Graded, Resolution, Review};

use crate::call::end::End;
use crate::call::event::PersonalText;
use crate::call::observed_at::ObservedAt;
use crate::call::start::Start;
use crate::call::value::{AnsweredBy, Phase, Purpose, VoicemailReason};
use crate::{AgentId, Tenant, Timestamp};
use serde::{Deserialize, Serialize};

/// The state of a call, folded from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "the flags are independent of each other")]
pub struct CallView {
    pub tenant: Tenant,
    /// Set for queued outbound calls only.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<Queued>,
    /// The start as reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<Start>,
    /// The start as inferred from later callbacks: only the fields that `started` lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    inferred: Option<Start>,
    /// The earliest event time, until a start is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_observed: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ringing: Option<ObservedAt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<ObservedAt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by: Option<AnsweredBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<End>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voicemail: Option<VoicemailReason>,
    #[serde(skip_serializing_if = "Phases::is_empty")]
    phases: Phases,
    #[serde(skip_serializing_if = "not")]
    recorded: bool,
    /// The highest persona version that spoke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona_version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_over_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transferred_to: Option<PersonalText>,
    #[serde(skip_serializing_if = "not")]
    pub escalated: bool,
    #[serde(skip_serializing_if = "not")]
    pub do_not_call: bool,
    #[serde(skip_serializing_if = "Review::is_blank")]
    pub review: Review,
    /// Excluded from lists and counts.
    #[serde(skip_serializing_if = "not")]
    pub hidden: bool,
    /// Its personal values are erased.
    #[serde(skip_serializing_if = "not")]
    pub erased: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn not(flag: &bool) -> bool {
    !*flag
}

/// A queued outbound call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Queued {
    at: Timestamp,
    to: PersonalText,
    from: String,
    agent: AgentId,
    purpose: Purpose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lead: Option<String>,
    #[serde(default, skip_serializing_if = "not")]
    cancelled: bool,
    #[serde(default, skip_serializing_if = "not")]
    refused: bool,
}

/// A set of phases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phases(u8);

impl Phases {
    /// Adds a phase.
    pub const fn add(&mut self, phase: Phase) {
        self.0 |= 1 << phase as u8;
    }

    /// Whether the set contains the phase.
    #[must_use]
    pub const fn has(self, phase: Phase) -> bool {
        self.0 & (1 << phase as u8) != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// The names of the phases, separated by commas: `ai,human`.
    #[must_use]
    pub fn to_text(self) -> String {
        let phases: Vec<_> = Phase::ALL
            .iter()
            .filter(|phase| self.has(**phase))
            .map(|phase| phase.as_str())
            .collect();
        phases.join(",")
    }
}

impl CallView {
    /// The view as JSON, for a column.
    ///
    /// # Panics
    /// Never: texts, numbers and maps with text keys always serialize.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts, numbers and maps with text keys always serialize")
    }

    /// Parses the output of [`CallView::to_json`]. `None` when another version of the program wrote it.
    #[must_use]
    pub fn from_json(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}
