//! [`Call`]: the state of a call. It holds what decisions need and what an auditor asks for, and no words of the
//! conversation.
//!
//! Callbacks of the provider are merged so that their order does not matter: see [`super::observed_at`], [`Start`],
//! [`End`]. Commands of users take effect in the order in which they are given.

use super::dialogue_state::DialogueState;
use super::end::End;
use super::error::CallError;
use super::event::PersonalText;
use super::failed_effects::FailedEffects;
use super::observed_at::ObservedAt;
use super::recordings::Recordings;
use super::review::Review;
use super::seen_callbacks::SeenCallbacks;
use super::start::Start;
use super::value::{AnsweredBy, CallStatus, Direction, Outcome, ParticipantRole, Purpose, VoicemailReason};
use crate::{AgentId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The state of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact by itself, and any of them may hold with any other"
)]
pub struct Call {
    /// The start as its own webhook or command stated it. [`Call::start`] joins it with `inferred`.
    pub started: Option<Start>,
    /// The start as concluded from other callbacks.
    pub inferred: Option<Start>,
    /// Present if the platform queued the call.
    pub queue: Option<Queue>,
    /// By `CallSid`.
    pub legs: BTreeMap<String, LegState>,
    /// By `ConferenceSid`.
    pub conferences: BTreeMap<String, Conference>,
    /// Why the caller was routed to voicemail.
    pub voicemail: Option<VoicemailReason>,
    pub dialogue: DialogueState,
    pub people: People,
    pub recordings: Recordings,
    pub end: Option<End>,
    pub summarized: bool,
    /// Whether the person asked not to be called again.
    pub do_not_call: bool,
    /// Whether that wish was passed on to the suppression list.
    pub opt_out_honored: bool,
    /// Number of `CostIncurred` events.
    pub costs: u32,
    pub review: Review,
    /// Number of `ProviderReported` events.
    pub reports: u32,
    pub failed_effects: FailedEffects,
    /// The last comparison with the provider's own record.
    pub reconciled: Option<Reconciliation>,
    /// Omitted from lists.
    pub hidden: bool,
    /// Personal values were destroyed.
    pub erased: bool,
    #[serde(skip)]
    pub seen_callbacks: SeenCallbacks,
}

/// The state of a queued call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// When the call was queued.
    pub at: Timestamp,
    pub to: PersonalText,
    /// The tenant's number, E.164.
    pub from: String,
    pub agent: AgentId,
    pub purpose: Purpose,
    pub lead: Option<String>,
    /// Higher is dialed first.
    pub priority: i32,
    pub not_before: Option<Timestamp>,
    pub max_attempts: u32,
    /// By number, from 1.
    pub attempts: BTreeMap<u32, Attempt>,
    /// The rule that forbids the call; absent after the rules permitted it.
    pub refused: Option<String>,
    pub paused: bool,
    pub cancelled: bool,
}

impl Queue {
    /// Whether the last attempt failed and no other follows.
    #[must_use]
    pub fn given_up(&self) -> bool {
        self.attempts
            .values()
            .next_back()
            .is_some_and(|last| last.failed.is_some() && last.retry_at.is_none())
    }
}

/// An attempt to dial a queued call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attempt {
    /// The leg, if the provider created one.
    pub call_sid: Option<String>,
    /// Why the attempt failed.
    pub failed: Option<String>,
    /// Time of the next attempt.
    pub retry_at: Option<Timestamp>,
}

/// A leg of the call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct LegState {
    pub role: Option<ParticipantRole>,
    pub ringing: Option<ObservedAt>,
    pub answered: Option<ObservedAt>,
    pub answered_by: Option<AnsweredBy>,
    /// The first join.
    pub joined: Option<ObservedAt>,
    /// The last join.
    pub joined_last: Option<ObservedAt>,
    /// The last leave.
    pub left: Option<ObservedAt>,
    /// Where in a conference the last join was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_last_step: Option<ConferenceStep>,
    /// Where in a conference the last leave was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_step: Option<ConferenceStep>,
    /// Why the leg did not join: `busy`, `no-answer`, `failed` or `canceled`.
    pub unreached: Option<String>,
}

/// The provider's number of an event within a conference. Its times have a resolution of a second, this one orders them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConferenceStep {
    pub conference_sid: String,
    pub number: u32,
}

impl ConferenceStep {
    /// The step, if a conference callback with a number reported the event.
    #[must_use]
    pub fn of(conference_sid: Option<&String>, number: Option<u32>) -> Option<Self> {
        Some(Self {
            conference_sid: conference_sid?.clone(),
            number: number?,
        })
    }

    /// Whether this is after another step at the same time. One who left a conference and joined another is there.
    fn is_after(&self, other: &Self) -> bool {
        self.conference_sid != other.conference_sid || self.number > other.number
    }
}

impl LegState {
    /// Notes a join.
    pub fn note_joined(&mut self, at: ObservedAt, step: Option<ConferenceStep>) {
        ObservedAt::note_earliest(&mut self.joined, at);
        note_last(&mut self.joined_last, &mut self.joined_last_step, at, step);
    }

    /// Notes a leave.
    pub fn note_left(&mut self, at: ObservedAt, step: Option<ConferenceStep>) {
        note_last(&mut self.left, &mut self.left_step, at, step);
    }

    /// Whether the leg joined and has not left since.
    #[must_use]
    pub fn is_present(&self) -> bool {
        let (Some(joined), Some(left)) = (self.joined_last, self.left) else {
            return self.joined_last.is_some();
        };
        match (&self.joined_last_step, &self.left_step) {
            (Some(join), Some(leave)) if joined.at == left.at => join.is_after(leave),
            _ => left.at < joined.at,
        }
    }

    /// Whether the leg did not join. The leave callback of its conference may be received before the status callback.
    #[must_use]
    pub fn was_not_reached(&self) -> bool {
        self.unreached.is_some() || (self.left.is_some() && self.joined_last.is_none())
    }

    /// Whether the leg did not join, or has left.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.unreached.is_some() || (self.left.is_some() && !self.is_present())
    }
}

/// Joins two reports of a repeated action: the later time with its step; at one time, the higher step.
fn note_last(
    known: &mut Option<ObservedAt>,
    known_step: &mut Option<ConferenceStep>,
    at: ObservedAt,
    step: Option<ConferenceStep>,
) {
    let before = *known;
    ObservedAt::note_latest(known, at);
    if before == *known && before != Some(at) {
        return;
    }
    let earlier = known_step.take().filter(|_| before == Some(at));
    *known_step = earlier.max(step);
}

/// A conference that held legs of the call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conference {
    pub started: Option<ObservedAt>,
    pub ended: Option<ObservedAt>,
}

/// Team members and transfer targets of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct People {
    /// Users who listen in.
    pub listeners: BTreeSet<String>,
    /// Users.
    pub takeover_requested: BTreeSet<String>,
    /// Users.
    pub takeover_declined: BTreeSet<String>,
    /// Users who agreed to take over and do not speak yet, with their participant number.
    pub takeover_accepted: BTreeMap<String, u32>,
    /// The user.
    pub taken_over_by: Option<String>,
    /// The user.
    pub on_hold_by: Option<String>,
    /// The last transfer.
    pub transfer: Option<Transfer>,
    /// Number of `DigitsSent` events.
    pub digits_sent: u32,
    /// Participants that the service dials, by number. They are reserved before they are dialed.
    pub participants: BTreeMap<u32, Participant>,
}

/// A participant that the service dials: a team member or a transfer target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    pub role: ParticipantRole,
    /// Absent for a transfer target.
    pub user: Option<String>,
    /// The leg, once it was dialed.
    pub call_sid: Option<String>,
}

/// The last transfer of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    pub to: PersonalText,
    pub participant: u32,
    pub state: TransferState,
}

/// The state of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    Started,
    /// The target was connected.
    Reached,
    Failed,
}

/// A comparison with the provider's own record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    pub complete: bool,
    pub missing: Vec<String>,
}

impl People {
    /// The next free participant number.
    #[must_use]
    pub fn next_participant(&self) -> u32 {
        self.participants.keys().next_back().map_or(1, |last| last + 1)
    }
}

impl Call {
    /// Whether the stream has a start or a place in the queue.
    #[must_use]
    pub const fn exists(&self) -> bool {
        self.started.is_some() || self.inferred.is_some() || self.queue.is_some()
    }

    /// The start of the call, joined from the stated and the inferred one.
    #[must_use]
    pub fn start(&self) -> Option<Start> {
        Start::known(self.started.clone(), self.inferred.clone())
    }

    /// The direction, if known.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        let real = self.started.as_ref().and_then(|start| start.direction);
        let inferred = || self.inferred.as_ref().and_then(|start| start.direction);
        real.or_else(inferred)
            .or(self.queue.as_ref().map(|_| Direction::Outbound))
    }

    /// The agent, if known.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentId> {
        let real = self.started.as_ref().and_then(|start| start.agent.as_ref());
        let inferred = || self.inferred.as_ref().and_then(|start| start.agent.as_ref());
        real.or_else(inferred)
            .or_else(|| self.queue.as_ref().map(|queue| &queue.agent))
    }

    /// The outcome, once the call has ended.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.end.as_ref().map(|end| end.outcome)
    }

    /// Whether the call ended, was removed from the queue, or has no attempt left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.end.is_some()
            || self
                .queue
                .as_ref()
                .is_some_and(|queue| queue.cancelled || queue.given_up())
    }

    /// Whether the call was answered.
    #[must_use]
    pub fn was_answered(&self) -> bool {
        let is_caller_in = |leg: &LegState| leg.role == Some(ParticipantRole::Caller) && leg.joined.is_some();
        let reached = |leg: &LegState| leg.answered.is_some() || is_caller_in(leg);
        self.dialogue.last_turn() > 0 || self.legs.values().any(reached)
    }

    /// The status, derived from the rest of the state.
    #[must_use]
    pub fn status(&self) -> CallStatus {
        if self.is_over() {
            CallStatus::Ended
        } else if self.people.on_hold_by.is_some() {
            CallStatus::OnHold
        } else if self.voicemail.is_some() {
            CallStatus::Voicemail
        } else if self.was_answered() {
            CallStatus::InProgress
        } else if self.legs.values().any(|leg| leg.ringing.is_some()) {
            CallStatus::Ringing
        } else if self.started.is_some() || self.inferred.is_some() {
            CallStatus::Started
        } else if self.queue.is_some() {
            CallStatus::Queued
        } else {
            CallStatus::Unknown
        }
    }

    /// The effects with their items that were given up, and that can be tried again.
    #[must_use]
    pub fn given_up_effects(&self) -> Vec<(&str, &str)> {
        let is_open = |(effect, item): &(&str, &str)| {
            self.recordings.can_be_retried(effect, item) || *effect == "summarize" && !self.summarized && self.is_over()
        };
        self.failed_effects.given_up().filter(is_open).collect()
    }

    /// The next free turn number. While the start of an answered call has not been received, turn 1 is reserved for its
    /// greeting.
    #[must_use]
    pub fn next_turn(&self) -> u32 {
        if self.dialogue.last_turn() == 0 && self.started.is_none() && self.queue.is_none() {
            2
        } else {
            self.dialogue.last_turn() + 1
        }
    }

    /// The leg of a dialed participant.
    #[must_use]
    pub fn leg_of_participant(&self, participant: u32) -> Option<&LegState> {
        self.legs
            .get(self.people.participants.get(&participant)?.call_sid.as_ref()?)
    }

    /// Whether this user listens in and their phone was not answered. They then hear the AI through the media stream, but no
    /// team member.
    #[must_use]
    pub fn listens_out_of_reach(&self, user: &str) -> bool {
        let is_of_user =
            |(_, it): &(&u32, &Participant)| it.role == ParticipantRole::Listener && it.user.as_deref() == Some(user);
        let last = self.people.participants.iter().rev().find(is_of_user);
        let leg = last.and_then(|(number, _)| self.leg_of_participant(*number));
        self.people.listeners.contains(user) && leg.is_some_and(LegState::was_not_reached)
    }

    /// The `ConferenceSid` of a conference that has not ended.
    #[must_use]
    pub fn running_conference(&self) -> Option<&str> {
        let running = |(_, conference): &(&String, &Conference)| conference.ended.is_none();
        self.conferences.iter().find(running).map(|(sid, _)| sid.as_str())
    }

    /// The `CallSid` of the caller's leg, if it is in a conference now.
    #[must_use]
    pub fn caller_in_conference(&self) -> Option<&str> {
        let is_caller = |(_, leg): &(&String, &LegState)| leg.role == Some(ParticipantRole::Caller);
        self.present_legs().find(is_caller).map(|(sid, _)| sid.as_str())
    }

    /// The `ConferenceSid` of the conference in which the caller speaks with a team member, and the `CallSid` of the
    /// caller's leg in it.
    ///
    /// # Errors
    /// When the call is over, or the caller is in no conference.
    pub fn conference_of_caller(&self) -> Result<(&str, &str), CallError> {
        if self.is_over() {
            return Err(CallError::Over);
        }
        let found = self.running_conference().zip(self.caller_in_conference());
        found.ok_or(CallError::NotInConference)
    }

    /// Whether this user has joined as a listener, or has accepted a takeover.
    #[must_use]
    pub fn is_listener(&self, user: &str) -> bool {
        self.people.listeners.contains(user) || self.people.takeover_accepted.contains_key(user)
    }

    /// The legs that are in the call now.
    pub fn present_legs(&self) -> impl Iterator<Item = (&String, &LegState)> {
        self.legs.iter().filter(|(_, leg)| leg.is_present())
    }
}
