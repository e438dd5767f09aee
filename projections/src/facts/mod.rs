//! [`CallFacts`]: what is known of a call, from whatever was heard and in whatever order.
//!
//! Several read models ask the same of a call (who called whom, when, how it went), so the join of what callbacks say is
//! here, once. Each model keeps the facts in a column of its own rows, as JSON, and answers from the columns that it
//! derives from them.
//!
//! The same set of facts makes the same value, byte for byte: what is merely heard disappears once the provider's clock
//! has told, and what was inferred disappears once it is known. What people order (a grade, an edit) counts in the order
//! in which they ordered it.

mod answers;
mod fold;
mod review;
mod seats;

pub use answers::{Filter, Status, UtcHour};
pub use review::{Graded, Resolution, Review};
pub use seats::{Seat, Seats};

use domain::call::end::End;
use domain::call::event::PersonalText;
use domain::call::moment::Moment;
use domain::call::start::Start;
use domain::call::value::{AnsweredBy, Phase, Purpose, VoicemailReason};
use domain::{AgentId, Tenant, Timestamp};
use serde::{Deserialize, Serialize};

/// What is known of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and rows show it as such"
)]
pub struct CallFacts {
    /// Whose data it is.
    pub tenant: Tenant,
    /// The call as it was put in the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<Queued>,
    /// Its beginning, as whoever saw it begin told.
    #[serde(skip_serializing_if = "Option::is_none")]
    real: Option<Start>,
    /// Its beginning, as concluded from what came later: only what `real` does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    inferred: Option<Start>,
    /// The earliest moment of all, while there is no better.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_heard: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ringing: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by: Option<AnsweredBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<End>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voicemail: Option<VoicemailReason>,
    /// Which phases the call has had.
    #[serde(skip_serializing_if = "Phases::is_empty")]
    phases: Phases,
    #[serde(skip_serializing_if = "not")]
    recorded: bool,
    /// The persona that spoke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona_version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_over_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transferred_to: Option<PersonalText>,
    #[serde(skip_serializing_if = "not")]
    pub(crate) escalated: bool,
    #[serde(skip_serializing_if = "not")]
    pub(crate) do_not_call: bool,
    /// What reviewers made of it.
    #[serde(skip_serializing_if = "Review::is_blank")]
    pub review: Review,
    /// Left out of lists.
    #[serde(skip_serializing_if = "not")]
    pub hidden: bool,
    /// Its personal values are destroyed.
    #[serde(skip_serializing_if = "not")]
    pub erased: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn not(flag: &bool) -> bool {
    !*flag
}

/// A call that we placed ourselves.
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

    /// Whether the phase is in it.
    #[must_use]
    pub const fn has(self, phase: Phase) -> bool {
        self.0 & (1 << phase as u8) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// The phases' names with commas between: `ai,human`.
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

impl CallFacts {
    /// As a column keeps them.
    ///
    /// # Panics
    /// Never: texts, numbers and maps with text keys always serialise.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts, numbers and maps with text keys always serialise")
    }

    /// From what [`CallFacts::to_json`] wrote; `None` when it was another version of the program.
    #[must_use]
    pub fn of_json(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}
