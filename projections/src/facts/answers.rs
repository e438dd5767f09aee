//! What follows from the facts: the answers that rows give.

use super::{CallFacts, Phases};
use crate::words::words;
use domain::Timestamp;
use domain::call::event::PersonalText;
use domain::call::value::{AnsweredBy, Direction, EndedBy, Outcome, Phase, Purpose, VoicemailReason};

words! {
    /// How far a call has come, or how it ended.
    Status {
        /// It waits in the queue.
        Queued = "queued",
        /// It was heard of.
        Started = "started",
        /// The other side rings.
        Ringing = "ringing",
        /// It was answered.
        InProgress = "in_progress",
        /// It was given up before it was answered.
        Canceled = "canceled",
        /// A rule forbade it.
        Refused = "refused",
        /// It could not be connected.
        Failed = "failed",
        /// Nobody picked up.
        NoAnswer = "no_answer",
        /// The line was busy.
        Busy = "busy",
        /// It was answered and ended.
        Completed = "completed",
    }
}
words! {
    /// A selection of calls that lists offer and counts are kept for. A hidden call is in none.
    Filter {
        /// Every call.
        All = "all",
        /// They called us.
        Inbound = "inbound",
        /// We called them.
        Outbound = "outbound",
        /// The caller was sent to voicemail.
        Voicemail = "voicemail",
        /// It could not be connected, or was given up before it was answered.
        Failed = "failed",
        /// Nobody picked up, or the line was busy.
        BusyNoAnswer = "busy_no_answer",
        /// Somebody decided what became of it.
        Resolved = "resolved",
        /// They called us, nobody answered, and they were not sent to voicemail either.
        Missed = "missed",
        /// It is over, something of it can be read or heard, and nobody graded it.
        PendingReview = "pending_review",
        /// Somebody, or the AI, took the call.
        Answered = "answered",
        /// A person took it over from the AI.
        TakenOver = "taken_over",
        /// It was transferred.
        Transferred = "transferred",
        /// There is sound of it.
        Recorded = "recorded",
    }
}

/// An hour in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UtcHour {
    /// Days since 1970-01-01.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
}

const MICROS_PER_HOUR: i64 = 3_600_000_000;

impl UtcHour {
    /// The hour in which a moment lies.
    #[must_use]
    pub const fn of(moment: Timestamp) -> Self {
        let hours = moment.as_micros().div_euclid(MICROS_PER_HOUR);
        Self {
            day: hours.div_euclid(24),
            hour: hours.rem_euclid(24),
        }
    }
}

impl CallFacts {
    /// When it began, if the provider's clock said anything from which that follows: a told beginning or ringing, else
    /// its end less its duration, else when it was answered.
    pub(super) fn told_start(&self) -> Option<Timestamp> {
        let told = |moment: domain::call::moment::Moment| moment.told.then_some(moment.at);
        let real = self.real.as_ref().and_then(|start| told(start.at));
        let from_end = || {
            let end = self.end.as_ref()?;
            Some(told(end.at)?.plus_seconds(-i64::from(end.duration_s?)))
        };
        real.or_else(|| told(self.ringing?))
            .or_else(from_end)
            .or_else(|| told(self.answered?))
    }

    /// When it began, as well as is known.
    #[must_use]
    pub fn started_at(&self) -> Timestamp {
        self.told_start()
            .or_else(|| self.real.as_ref().map(|start| start.at.at))
            .or_else(|| self.inferred.as_ref().map(|start| start.at.at))
            .or_else(|| self.queue.as_ref().map(|queue| queue.at))
            .or(self.first_heard)
            .unwrap_or_default()
    }

    /// When it was answered.
    #[must_use]
    pub fn answered_at(&self) -> Option<Timestamp> {
        self.answered.map(|moment| moment.at)
    }

    /// Who, or what, picked up.
    #[must_use]
    pub const fn answered_by(&self) -> Option<AnsweredBy> {
        self.answered_by
    }

    /// When it ended.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.end.as_ref().map(|end| end.at.at)
    }

    /// Whether it is over.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// How it went.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.end.as_ref().map(|end| end.outcome)
    }

    /// Who ended it.
    #[must_use]
    pub fn ended_by(&self) -> Option<EndedBy> {
        self.end.as_ref().and_then(|end| end.ended_by)
    }

    /// Why it failed.
    #[must_use]
    pub fn failure_reason(&self) -> Option<&str> {
        self.end.as_ref().and_then(|end| end.reason.as_deref())
    }

    /// Seconds talked: as the provider counts them, else between two moments that it told.
    #[must_use]
    pub fn duration_s(&self) -> Option<i64> {
        let end = self.end.as_ref()?;
        let between = || {
            let answered = self.answered.filter(|moment| moment.told && end.at.told)?;
            Some((end.at.at.as_micros() - answered.at.as_micros()).max(0) / 1_000_000)
        };
        end.duration_s.map(i64::from).or_else(between)
    }

    /// Milliseconds from its beginning to its answer, where the provider's clock told both.
    #[must_use]
    pub fn wait_ms(&self) -> Option<i64> {
        let answered = self.answered.filter(|moment| moment.told)?;
        Some((answered.at.as_micros() - self.told_start()?.as_micros()).max(0) / 1_000)
    }

    /// How far it has come, or how it ended.
    #[must_use]
    pub fn status(&self) -> Status {
        if let Some(outcome) = self.outcome() {
            return match outcome {
                Outcome::Canceled => Status::Canceled,
                Outcome::Failed => Status::Failed,
                Outcome::NoAnswer => Status::NoAnswer,
                Outcome::Busy => Status::Busy,
                Outcome::Completed => Status::Completed,
            };
        }
        let started = self.real.is_some() || self.inferred.is_some();
        match &self.queue {
            // Whoever speaks with the AI was answered, though the network tells nothing of it until the end.
            _ if self.answered.is_some() || self.phases.has(Phase::Ai) => Status::InProgress,
            _ if self.ringing.is_some() => Status::Ringing,
            Some(queue) if queue.cancelled => Status::Canceled,
            Some(queue) if queue.refused && !started => Status::Refused,
            Some(_) if !started => Status::Queued,
            _ => Status::Started,
        }
    }

    /// Who called whom, seen from us.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        let started = self.starts().find_map(|start| start.direction);
        started.or_else(|| self.queue.as_ref().map(|_| Direction::Outbound))
    }

    /// The first leg.
    #[must_use]
    pub fn call_sid(&self) -> Option<&str> {
        self.starts()
            .map(|start| start.call_sid.as_str())
            .find(|sid| !sid.is_empty())
    }

    /// The caller's number, as a reviewer edited it, else as it was told.
    #[must_use]
    pub fn caller_number(&self) -> Option<&str> {
        if let Some(edited) = &self.review.caller_number {
            return said(edited);
        }
        let queued = || {
            self.queue
                .as_ref()
                .filter(|_| !self.erased)
                .map(|queue| queue.from.as_str())
        };
        self.starts().find_map(|start| said(&start.from)).or_else(queued)
    }

    /// The called number.
    #[must_use]
    pub fn called_number(&self) -> Option<&str> {
        let queued = || self.queue.as_ref().and_then(|queue| said(&queue.to));
        self.starts().find_map(|start| said(&start.to)).or_else(queued)
    }

    /// The caller's name, as a reviewer edited it, else as it was told.
    #[must_use]
    pub fn caller_name(&self) -> Option<&str> {
        if let Some(edited) = &self.review.caller_name {
            return said(edited);
        }
        self.starts()
            .find_map(|start| start.caller_name.as_ref().and_then(said))
    }

    /// The number of the person outside.
    #[must_use]
    pub fn outside_number(&self) -> Option<&str> {
        match self.direction() {
            Some(Direction::Outbound) => self.called_number(),
            _ => self.caller_number(),
        }
    }

    /// The agent that answers or speaks.
    #[must_use]
    pub fn agent(&self) -> Option<&str> {
        let started = self.starts().find_map(|start| start.agent.as_ref());
        started
            .or_else(|| self.queue.as_ref().map(|queue| &queue.agent))
            .map(domain::AgentId::as_str)
    }

    /// The number of ours, E.164.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        let started = self.starts().find_map(|start| start.number.as_deref());
        started.or_else(|| self.queue.as_ref().map(|queue| queue.from.as_str()))
    }

    /// STIR/SHAKEN: Twilio's `StirVerstat`.
    #[must_use]
    pub fn attestation(&self) -> Option<&str> {
        self.starts().find_map(|start| start.attestation.as_deref())
    }

    /// What kind of call we placed.
    #[must_use]
    pub fn purpose(&self) -> Option<Purpose> {
        self.queue.as_ref().map(|queue| queue.purpose)
    }

    /// The lead it belongs to.
    #[must_use]
    pub fn lead(&self) -> Option<&str> {
        self.queue.as_ref().and_then(|queue| queue.lead.as_deref())
    }

    /// What kind of call it is: the purpose of one that we placed, else `voicemail`, `ai` or `person` by who took it.
    #[must_use]
    pub fn call_type(&self) -> &'static str {
        match self.purpose() {
            Some(purpose) => purpose.as_str(),
            None if self.is_voicemail() => "voicemail",
            None if self.phases.has(Phase::Ai) => "ai",
            None => "person",
        }
    }

    /// Which phases it has had.
    #[must_use]
    pub const fn phases(&self) -> Phases {
        self.phases
    }

    /// Whether there is a recording.
    #[must_use]
    pub const fn is_recorded(&self) -> bool {
        self.recorded
    }

    /// Why the caller was sent to voicemail.
    #[must_use]
    pub const fn voicemail_reason(&self) -> Option<VoicemailReason> {
        self.voicemail
    }

    /// Whether the caller was sent to voicemail.
    #[must_use]
    pub const fn is_voicemail(&self) -> bool {
        self.phases.has(Phase::Voicemail)
    }

    /// Whether somebody, or the AI, took the call.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        !self.is_voicemail() && (self.answered.is_some() || self.outcome() == Some(Outcome::Completed))
    }

    /// Who took the call over.
    #[must_use]
    pub fn taken_over_by(&self) -> Option<&str> {
        self.taken_over_by.as_deref()
    }

    /// Whether the call was transferred.
    #[must_use]
    pub const fn is_transferred(&self) -> bool {
        self.transferred_to.is_some()
    }

    /// Whither the call was transferred.
    #[must_use]
    pub fn transferred_to(&self) -> Option<&str> {
        self.transferred_to.as_ref().and_then(said)
    }

    /// Whether the call is in a selection.
    #[must_use]
    pub fn is_in(&self, filter: Filter) -> bool {
        let unreached = matches!(self.outcome(), Some(outcome) if outcome != Outcome::Completed);
        !self.hidden
            && match filter {
                Filter::All => true,
                Filter::Inbound => self.direction() == Some(Direction::Inbound),
                Filter::Outbound => self.direction() == Some(Direction::Outbound),
                Filter::Voicemail => self.is_voicemail(),
                Filter::Failed => matches!(self.status(), Status::Failed | Status::Canceled | Status::Refused),
                Filter::BusyNoAnswer => matches!(self.status(), Status::Busy | Status::NoAnswer),
                Filter::Resolved => self.review.resolution.is_some(),
                Filter::Missed => self.direction() == Some(Direction::Inbound) && unreached && !self.is_voicemail(),
                Filter::PendingReview => self.is_pending_review(),
                Filter::Answered => self.is_answered(),
                Filter::TakenOver => self.taken_over_by().is_some(),
                Filter::Transferred => self.is_transferred(),
                Filter::Recorded => self.is_recorded(),
            }
    }

    /// A call in which the AI never spoke and of which there is no sound leaves nothing to judge; nor does an erased one.
    const fn is_pending_review(&self) -> bool {
        let leaves_something = self.persona_version.is_some() || self.recorded;
        self.is_over() && leaves_something && self.review.grade.is_none() && !self.erased
    }

    /// What is known of its beginning, the better known first.
    fn starts(&self) -> impl Iterator<Item = &domain::call::start::Start> {
        self.real.iter().chain(&self.inferred)
    }
}

/// A personal text that is known and says something.
fn said(text: &PersonalText) -> Option<&str> {
    text.text().filter(|text| !text.is_empty())
}
