//! [`CallView`]: the state of a call, independent of the order of its callbacks.
//!
//! The one reading of a call's events: read models, the history of a call and the page's live calls show what it says.
//! It holds no words of the dialogue and of transcripts; the models that show them keep them beside it.
//!
//! The same set of callbacks results in the same view: local times are dropped once the provider's clock is known, and
//! inferred values once they are reported. Actions of users (a grade, an edit) apply in their own order.

mod derive;
mod fold;

pub use derive::{Filter, Holder, Status};

use crate::call::dialogue_state::DialogueState;
use crate::call::end::End;
use crate::call::event::PersonalText;
use crate::call::failed_effects::FailedEffects;
use crate::call::observed_at::ObservedAt;
use crate::call::participants::Participants;
use crate::call::recordings::Recordings;
use crate::call::review::Review;
use crate::call::start::Start;
use crate::call::value::{AnsweredBy, Direction, EndedBy, Outcome, Phase, Purpose, Sentiment, VoicemailReason};
use crate::{AgentId, Tenant, Timestamp};
use serde::Serialize;
use std::collections::BTreeSet;

/// The state of a call, folded from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = FoldedCall))]
pub struct CallView {
    pub tenant: Tenant,
    /// Set for queued outbound calls only.
    queue: Option<Queued>,
    /// The start as reported.
    #[serde(skip)]
    started: Option<Start>,
    /// The start as inferred from later callbacks: only the fields that `started` lacks.
    #[serde(skip)]
    inferred: Option<Start>,
    /// The earliest event time, until a start is known.
    #[serde(skip)]
    first_observed: Option<Timestamp>,
    #[serde(skip)]
    ringing: Option<ObservedAt>,
    #[serde(skip)]
    answered: Option<ObservedAt>,
    #[serde(skip)]
    answered_by: Option<AnsweredBy>,
    #[serde(skip)]
    end: Option<End>,
    #[serde(skip)]
    voicemail: Option<VoicemailReason>,
    phases: Phases,
    pub dialogue: DialogueState,
    pub participants: Participants,
    /// The user who put the caller on hold.
    pub on_hold_by: Option<String>,
    /// The conference of the call, with the least `ConferenceSid` if there were several.
    pub conference_sid: Option<String>,
    #[serde(skip)]
    transferred_to: Option<PersonalText>,
    pub recordings: Recordings,
    pub summary: Option<Summary>,
    /// Whether the external party asked not to be called again.
    pub do_not_call: bool,
    /// Number of `CostIncurred` events.
    pub costs: u32,
    pub failed_effects: FailedEffects,
    pub review: Review,
    /// Excluded from lists and counts.
    pub hidden: bool,
    /// Its personal values are erased.
    pub erased: bool,
}

/// The state of a call with the values that are derived from all of it. Times are RFC 3339.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallState<'a> {
    /// Absent before the first event.
    pub status: Option<Status>,
    pub holder: Holder,
    pub direction: Option<Direction>,
    pub agent: Option<&'a str>,
    pub number: Option<&'a str>,
    pub caller_number: Option<&'a str>,
    pub caller_name: Option<&'a str>,
    pub called_number: Option<&'a str>,
    pub started_at: Option<String>,
    pub answered_at: Option<String>,
    pub answered_by: Option<AnsweredBy>,
    pub ended_at: Option<String>,
    pub outcome: Option<Outcome>,
    pub ended_by: Option<EndedBy>,
    pub failure_reason: Option<&'a str>,
    pub duration_s: Option<i64>,
    pub voicemail_reason: Option<VoicemailReason>,
    pub taken_over_by: Option<&'a str>,
    pub listeners: BTreeSet<&'a str>,
    pub takeover_requests: BTreeSet<&'a str>,
    pub takeovers_accepted: BTreeSet<&'a str>,
    pub transferring: bool,
    pub transferred: bool,
    pub transferred_to: Option<&'a str>,
    #[serde(flatten)]
    pub view: &'a CallView,
}

/// A queued outbound call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = QueueState))]
struct Queued {
    at: Timestamp,
    to: PersonalText,
    from: String,
    agent: AgentId,
    purpose: Purpose,
    lead: Option<String>,
    cancelled: bool,
    refused: bool,
}

/// What the summary says of the call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = CallSummary))]
pub struct Summary {
    pub text: PersonalText,
    /// The result of the call.
    pub outcome: String,
    /// `high`, `medium`, `low`, `none`.
    pub interest: Option<String>,
    pub next_action: Option<PersonalText>,
    pub goal_achieved: Option<bool>,
    /// 0 to 100.
    pub lead_score: Option<u8>,
    /// The caller's.
    pub sentiment: Option<Sentiment>,
    /// The model that wrote it.
    pub model: String,
}

/// A set of phases. Serialized as the list of their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phases(u8);

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Phases {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        let phase = <Phase as utoipa::PartialSchema>::schema();
        utoipa::openapi::schema::ArrayBuilder::new().items(phase).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Phases {}

impl Serialize for Phases {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.all())
    }
}

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

    fn all(self) -> impl Iterator<Item = Phase> {
        Phase::ALL.iter().copied().filter(move |phase| self.has(*phase))
    }

    /// The names of the phases, separated by commas: `ai,human`.
    #[must_use]
    pub fn to_text(self) -> String {
        let phases: Vec<_> = self.all().map(Phase::as_str).collect();
        phases.join(",")
    }
}
