//! [`Call`]: what is known of a call. Small on purpose: it holds what decisions need and what an auditor asks for, and no
//! word of the conversation.
//!
//! What the provider tells is merged so that the order in which it came leaves no trace: see [`super::observed_at`],
//! [`Start`], [`End`]. What people order happens in the order in which they order it.

use super::end::End;
use super::event::PersonalText;
use super::seen_callbacks::SeenCallbacks;
use super::observed_at::ObservedAt;
use super::start::Start;
use super::value::{
    AnsweredBy, CallStatus, Direction, Grade, Outcome, ParticipantRole, Phase, Purpose, VoicemailReason,
};
use crate::{AgentId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact by itself, and any of them may hold with any other"
)]
pub struct Call {
    /// How it began, as whoever saw it begin said. [`Call::start`] is what is known altogether.
    pub started: Option<Start>,
    /// How it must have begun, as concluded from later news.
    pub inferred: Option<Start>,
    /// Its time in the queue, if we placed it.
    pub queue: Option<Queue>,
    /// Its legs, by `CallSid`.
    pub legs: BTreeMap<String, LegState>,
    /// Its conferences, by `ConferenceSid`.
    pub conferences: BTreeMap<String, Conference>,
    /// Why the caller was sent to voicemail.
    pub voicemail: Option<VoicemailReason>,
    /// What was said, in figures.
    pub talk: Talk,
    /// Who of ours has a hand in it.
    pub people: People,
    /// Its recordings, by `RecordingSid`.
    pub recordings: BTreeMap<String, Recording>,
    /// Phases whose sound cannot be had, though no recording was named, and why.
    pub without_recording: BTreeMap<Phase, String>,
    /// Its transcripts.
    pub transcripts: BTreeMap<Phase, Transcript>,
    /// How it ended.
    pub end: Option<End>,
    /// Whether it was summarized.
    pub summarized: bool,
    /// Whether the person asked not to be called again.
    pub do_not_call: bool,
    /// How many costs were noted.
    pub costs: u32,
    /// What reviewers made of it.
    pub review: Review,
    /// How often the provider reported something that changed nothing.
    pub reports: u32,
    /// What we tried to do for the call in vain, by [`FailedEffect::name`].
    pub failed_effects: BTreeMap<String, FailedEffect>,
    /// The last comparison with the provider's own record.
    pub reconciled: Option<Reconciliation>,
    /// Whether it is left out of lists.
    pub hidden: bool,
    /// Whether its personal values were destroyed.
    pub erased: bool,
    /// Which of the provider's facts were heard.
    #[serde(skip)]
    pub seen_callbacks: SeenCallbacks,
}

/// A call's time in the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// When it was put there.
    pub at: Timestamp,
    /// Whom to call.
    pub to: PersonalText,
    /// Our number, E.164.
    pub from: String,
    /// Who shall speak.
    pub agent: AgentId,
    /// What kind of call it is.
    pub purpose: Purpose,
    /// The lead it belongs to.
    pub lead: Option<String>,
    /// Higher goes first.
    pub priority: i32,
    /// Not before this moment.
    pub not_before: Option<Timestamp>,
    /// How often to try, at most.
    pub max_attempts: u32,
    /// The attempts so far.
    pub attempts: BTreeMap<u32, Attempt>,
    /// The rule that forbids it; none when the rules last allowed it.
    pub refused: Option<String>,
    pub paused: bool,
    pub cancelled: bool,
}

impl Queue {
    /// Whether the last attempt failed and none follows.
    #[must_use]
    pub fn given_up(&self) -> bool {
        self.attempts
            .values()
            .next_back()
            .is_some_and(|last| last.failed.is_some() && last.retry_at.is_none())
    }
}

/// An attempt to place a queued call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attempt {
    /// The leg, if Twilio made one.
    pub call_sid: Option<String>,
    /// Why it came to nothing.
    pub failed: Option<String>,
    /// When it is tried again.
    pub retry_at: Option<Timestamp>,
}

/// A leg of the call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LegState {
    /// Whose it is, where somebody said.
    pub role: Option<ParticipantRole>,
    /// When it rang.
    pub ringing: Option<ObservedAt>,
    /// When it was answered.
    pub answered: Option<ObservedAt>,
    /// Who picked up.
    pub answered_by: Option<AnsweredBy>,
    /// When it first joined the conversation.
    pub joined: Option<ObservedAt>,
    /// When it last joined the conversation.
    pub joined_last: Option<ObservedAt>,
    /// When it last left the conversation.
    pub left: Option<ObservedAt>,
    /// Why it never came into the conversation.
    pub unreached: Option<String>,
}

impl LegState {
    /// Whether the leg joined and has not left since.
    #[must_use]
    pub fn is_present(&self) -> bool {
        match (self.joined_last, self.left) {
            (Some(joined), Some(left)) => left.at < joined.at,
            (joined, _) => joined.is_some(),
        }
    }

    /// Whether the leg came to nothing. A conference may say that it left before we hear that it never came.
    #[must_use]
    pub fn was_not_reached(&self) -> bool {
        self.unreached.is_some() || (self.left.is_some() && self.joined_last.is_none())
    }

    /// Whether the leg came to nothing, or left.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.unreached.is_some() || (self.left.is_some() && !self.is_present())
    }
}

/// A conference that held legs of the call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conference {
    /// When it began.
    pub started: Option<ObservedAt>,
    /// When it ended.
    pub ended: Option<ObservedAt>,
}

/// What was said, in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Talk {
    /// The highest place taken in the conversation.
    pub last_turn: u32,
    /// Things the caller said.
    pub caller_turns: u32,
    /// Things the AI said.
    pub ai_turns: u32,
    /// Times the caller cut the AI short.
    pub interruptions: u32,
    /// Times the recogniser was not sure.
    pub heard_unclearly: u32,
    /// Times the silent caller was asked.
    pub silence_prompts: u32,
    /// Times a model did not answer.
    pub ai_failures: u32,
    /// Collected fields by name, and whether each is well-formed.
    pub fields: BTreeMap<String, bool>,
    /// Rules that wanted a person.
    pub escalations: BTreeSet<String>,
    /// Rules that kept something from being said.
    pub guardrails: BTreeSet<String>,
    /// Whether the caller heard that an AI speaks.
    pub ai_disclosed: bool,
    /// Whether the caller heard that the call is recorded.
    pub consent_notice: bool,
}

/// Who of ours has a hand in the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct People {
    /// Who listens.
    pub listeners: BTreeSet<String>,
    /// Who asked to take over.
    pub takeover_requested: BTreeSet<String>,
    /// Who declined to take over.
    pub takeover_declined: BTreeSet<String>,
    /// Who agreed to take over and does not speak yet, and their seat.
    pub takeover_accepted: BTreeMap<String, u32>,
    /// Who took over.
    pub taken_over_by: Option<String>,
    /// Who put the caller on hold.
    pub on_hold_by: Option<String>,
    /// The last transfer.
    pub transfer: Option<Transfer>,
    /// How often keypad digits were sent.
    pub digits_sent: u32,
    /// The places to which somebody was or is to be called, by number.
    pub participants: BTreeMap<u32, Participant>,
}

/// A place in the conversation to which somebody is called: a person of ours, or where the call is transferred to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Whose place.
    pub role: ParticipantRole,
    /// The user, if it is a person's of ours.
    pub user: Option<String>,
    /// The leg, once somebody was called.
    pub call_sid: Option<String>,
}

/// A transfer to somewhere else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// Whither.
    pub to: PersonalText,
    /// The seat to which the target is called.
    pub participant: u32,
    /// What became of it.
    pub state: TransferState,
}

/// What became of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    /// It is under way.
    Started,
    /// It reached its target.
    Reached,
    /// It did not.
    Failed,
}

/// A recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// Which part of the call.
    pub phase: Phase,
    /// Whether sound is not kept for now.
    pub paused: bool,
    /// Whether Twilio has it.
    pub ready: bool,
    /// Its length in seconds.
    pub duration_s: Option<u32>,
    /// 1 or 2.
    pub channels: Option<u32>,
    /// Why it cannot be had.
    pub unavailable: Option<String>,
    /// Where we have it.
    pub archived: Option<Archived>,
}

/// A recording in our blob store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// Its name there.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

/// What became of a phase's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Transcript {
    /// What made one.
    pub engines: BTreeSet<String>,
    /// Why one could not be had.
    pub failures: BTreeSet<String>,
    /// Whether somebody asked for one that was not made since.
    pub wanted: bool,
}

/// What reviewers made of the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// The judgement in force.
    pub grade: Option<Grade>,
    /// Who gave it.
    pub graded_by: Option<String>,
    /// The corrections, withdrawn ones too.
    pub corrections: BTreeMap<u32, Correction>,
    /// What became of the call.
    pub resolution: Option<Resolution>,
    /// The caller's name, as edited.
    pub caller_name: Option<PersonalText>,
    /// The caller's number, as edited.
    pub caller_number: Option<PersonalText>,
    /// Free notes.
    pub notes: Option<PersonalText>,
}

/// A correction: the note itself is in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The turn it is about.
    pub turn: Option<u32>,
    /// Who.
    pub by: String,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

/// What became of the call, as somebody decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// `resolved`, `callback_needed`, `spam`, ...
    pub disposition: String,
    /// The same for people.
    pub label: Option<String>,
    /// Who.
    pub by: String,
}

/// Something that we tried to do for the call in vain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FailedEffect {
    /// How often.
    pub attempts: u32,
    /// When it is tried again; never, if absent.
    pub retry_at: Option<Timestamp>,
}

impl FailedEffect {
    /// What and which of several, in one word: `archive_recording RE1`.
    #[must_use]
    pub fn name(effect: &str, item: &str) -> String {
        format!("{effect} {item}")
    }

    /// Notes another attempt. A later one says more, whatever the order in which they are told.
    pub fn note(&mut self, attempt: u32, retry_at: Option<Timestamp>) {
        if attempt >= self.attempts {
            *self = Self {
                attempts: attempt,
                retry_at,
            };
        }
    }
}

/// A comparison with the provider's own record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// Whether nothing was missing.
    pub complete: bool,
    /// What was missing.
    pub missing: Vec<String>,
}

impl People {
    /// The next free seat.
    #[must_use]
    pub fn next_participant(&self) -> u32 {
        self.participants.keys().next_back().map_or(1, |last| last + 1)
    }
}

impl Call {
    /// Whether anything was ever heard of the call.
    #[must_use]
    pub const fn exists(&self) -> bool {
        self.started.is_some() || self.inferred.is_some() || self.queue.is_some()
    }

    /// How it began, as far as is known.
    #[must_use]
    pub fn start(&self) -> Option<Start> {
        Start::known(self.started.clone(), self.inferred.clone())
    }

    /// Who called whom, as far as is known.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        let real = self.started.as_ref().and_then(|start| start.direction);
        let inferred = || self.inferred.as_ref().and_then(|start| start.direction);
        real.or_else(inferred)
            .or(self.queue.as_ref().map(|_| Direction::Outbound))
    }

    /// The agent it belongs to, as far as is known.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentId> {
        let real = self.started.as_ref().and_then(|start| start.agent.as_ref());
        let inferred = || self.inferred.as_ref().and_then(|start| start.agent.as_ref());
        real.or_else(inferred)
            .or_else(|| self.queue.as_ref().map(|queue| &queue.agent))
    }

    /// How it went, once it is over.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.end.as_ref().map(|end| end.outcome)
    }

    /// Whether it is over: ended, taken out of the queue, or given up.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.end.is_some()
            || self
                .queue
                .as_ref()
                .is_some_and(|queue| queue.cancelled || queue.given_up())
    }

    /// Whether the two sides ever spoke, or could have.
    #[must_use]
    pub fn was_answered(&self) -> bool {
        let is_caller_in = |leg: &LegState| leg.role == Some(ParticipantRole::Caller) && leg.joined.is_some();
        let reached = |leg: &LegState| leg.answered.is_some() || is_caller_in(leg);
        self.talk.last_turn > 0 || self.legs.values().any(reached)
    }

    /// Where it stands.
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

    /// The next free place in the conversation. While the beginning of an answered call is unheard, the first place is
    /// kept for its greeting.
    #[must_use]
    pub const fn next_turn(&self) -> u32 {
        if self.talk.last_turn == 0 && self.started.is_none() && self.queue.is_none() {
            2
        } else {
            self.talk.last_turn + 1
        }
    }

    /// Corrections that stand.
    #[must_use]
    pub fn corrections(&self) -> usize {
        self.review
            .corrections
            .values()
            .filter(|correction| !correction.withdrawn)
            .count()
    }

    /// The leg that was called to a seat, if one was.
    #[must_use]
    pub fn leg_of_participant(&self, participant: u32) -> Option<&LegState> {
        self.legs.get(self.people.participants.get(&participant)?.call_sid.as_ref()?)
    }

    /// Whether this user listens in and nobody answered their telephone: then they hear the AI, and no person.
    #[must_use]
    pub fn listens_out_of_reach(&self, user: &str) -> bool {
        let is_theirs =
            |(_, participant): &(&u32, &Participant)| participant.role == ParticipantRole::Listener && participant.user.as_deref() == Some(user);
        let last = self.people.participants.iter().rev().find(is_theirs);
        let leg = last.and_then(|(number, _)| self.leg_of_participant(*number));
        self.people.listeners.contains(user) && leg.is_some_and(LegState::was_not_reached)
    }

    /// The conference that runs, as far as is known.
    #[must_use]
    pub fn running_conference(&self) -> Option<&str> {
        let running = |(_, conference): &(&String, &Conference)| conference.ended.is_none();
        self.conferences.iter().find(running).map(|(sid, _)| sid.as_str())
    }

    /// The caller's leg, if it is in a conference now.
    #[must_use]
    pub fn caller_in_conference(&self) -> Option<&str> {
        let is_caller = |(_, leg): &(&String, &LegState)| leg.role == Some(ParticipantRole::Caller);
        self.present_legs().find(is_caller).map(|(sid, _)| sid.as_str())
    }

    /// Legs that are in the conversation now.
    pub fn present_legs(&self) -> impl Iterator<Item = (&String, &LegState)> {
        self.legs.iter().filter(|(_, leg)| leg.is_present())
    }
}
