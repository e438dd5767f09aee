//! Values derived from a [`CallView`]: what rows show.

use super::{CallState, CallView, Phases};
use crate::call::event::PersonalText;
use crate::call::value::text_enum;
use crate::call::value::{AnsweredBy, Direction, EMERGENCY, EndedBy, Outcome, Phase, Purpose, VoicemailReason};
use crate::{Timestamp, phone};

text_enum! {
    /// The status of a call: its progress, or how it ended.
    Status {
        Queued = "queued",
        /// Known, but not ringing yet.
        Started = "started",
        Ringing = "ringing",
        /// Answered and not over.
        InProgress = "in_progress",
        /// Canceled before it was answered.
        Canceled = "canceled",
        /// A dialing rule forbade it.
        Refused = "refused",
        /// It could not be connected.
        Failed = "failed",
        NoAnswer = "no_answer",
        Busy = "busy",
        /// Answered and ended.
        Completed = "completed",
    }
}
text_enum! {
    /// Who has the caller.
    Holder {
        /// The call is not answered yet, or it is over.
        None = "none",
        Ai = "ai",
        /// A team member, or the target of a transfer.
        TeamMember = "team_member",
        Hold = "hold",
        Voicemail = "voicemail",
    }
}
text_enum! {
    /// A selection of calls for lists and counts. A hidden call is in none.
    Filter {
        All = "all",
        Inbound = "inbound",
        Outbound = "outbound",
        /// The caller was routed to voicemail.
        Voicemail = "voicemail",
        /// Failed, canceled before it was answered, or refused by a dialing rule.
        Failed = "failed",
        BusyNoAnswer = "busy_no_answer",
        /// A user set a disposition.
        Resolved = "resolved",
        /// Inbound, not answered and not routed to voicemail.
        Missed = "missed",
        /// Over and not graded, and the AI spoke or there is a recording.
        PendingReview = "pending_review",
        /// Answered by the AI or a person.
        Answered = "answered",
        /// A team member took the call over from the AI.
        TakenOver = "taken_over",
        Transferred = "transferred",
        /// There is a recording.
        Recorded = "recorded",
    }
}

impl CallView {
    /// The state of the call as the history shows it.
    #[must_use]
    pub fn state(&self) -> CallState<'_> {
        let text = |time: Timestamp| time.to_rfc3339();
        let has_begun = !self.tenant.0.is_empty();
        CallState {
            status: has_begun.then(|| self.status()),
            holder: self.holder(),
            direction: self.direction(),
            agent: self.agent(),
            number: self.number(),
            caller_number: self.caller_number(),
            caller_name: self.caller_name(),
            called_number: self.called_number(),
            started_at: has_begun.then(|| text(self.started_at())),
            answered_at: self.answered_at().map(text),
            answered_by: self.answered_by(),
            ended_at: self.ended_at().map(text),
            outcome: self.outcome(),
            ended_by: self.ended_by(),
            failure_reason: self.failure_reason(),
            duration_s: self.duration_s(),
            voicemail_reason: self.voicemail_reason(),
            taken_over_by: self.taken_over_by(),
            listeners: self.participants.listeners(),
            takeover_requests: self.participants.requests(),
            takeovers_accepted: self.participants.accepted(),
            transferring: self.participants.transfer().is_some(),
            transferred: self.is_transferred(),
            transferred_to: self.transferred_to(),
            view: self,
        }
    }

    /// The start by the provider's clock: the reported start or ringing, else the end minus the duration, else the
    /// answer. `None` while the provider has reported no time.
    pub(super) fn provider_start(&self) -> Option<Timestamp> {
        let by_provider = |time: crate::call::observed_at::ObservedAt| time.clock.is_provider().then_some(time.at);
        let started = self.started.as_ref().and_then(|start| by_provider(start.at));
        let from_end = || {
            let end = self.end.as_ref()?;
            Some(by_provider(end.at)?.plus_seconds(-i64::from(end.duration_s?)))
        };
        started
            .or_else(|| by_provider(self.ringing?))
            .or_else(from_end)
            .or_else(|| by_provider(self.answered?))
    }

    /// The best known start: by the provider's clock, else by the local one.
    #[must_use]
    pub fn started_at(&self) -> Timestamp {
        self.provider_start()
            .or_else(|| self.started.as_ref().map(|start| start.at.at))
            .or_else(|| self.inferred.as_ref().map(|start| start.at.at))
            .or_else(|| self.queue.as_ref().map(|queue| queue.at))
            .or(self.first_observed)
            .unwrap_or_default()
    }

    /// Whether the start was reported, and not only inferred from later callbacks.
    #[must_use]
    pub const fn is_start_reported(&self) -> bool {
        self.started.is_some()
    }

    /// When the call was answered. A report of the answer that comes after the end, without the provider's time, has the
    /// time of receipt: then it is as long before the end as the call lasted.
    #[must_use]
    pub fn answered_at(&self) -> Option<Timestamp> {
        let answered = self.answered?.at;
        Some(match &self.end {
            Some(end) if end.at.at < answered => end.at.at.plus_seconds(-i64::from(end.duration_s.unwrap_or(0))),
            _ => answered,
        })
    }

    /// Whether a human or a machine answered.
    #[must_use]
    pub const fn answered_by(&self) -> Option<AnsweredBy> {
        self.answered_by
    }

    /// When the call ended.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.end.as_ref().map(|end| end.at.at)
    }

    /// Whether the call is over.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// The outcome, once the call is over.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.end.as_ref().map(|end| end.outcome)
    }

    /// Who ended the call.
    #[must_use]
    pub fn ended_by(&self) -> Option<EndedBy> {
        self.end.as_ref().and_then(|end| end.ended_by)
    }

    /// Why the call failed.
    #[must_use]
    pub fn failure_reason(&self) -> Option<&str> {
        self.end.as_ref().and_then(|end| end.reason.as_deref())
    }

    /// Talk time in seconds: as reported by the provider, else between answer and end if the provider reported both
    /// times.
    #[must_use]
    pub fn duration_s(&self) -> Option<i64> {
        let end = self.end.as_ref()?;
        let between = || {
            let answered = self
                .answered
                .filter(|answered| answered.clock.is_provider() && end.at.clock.is_provider())?;
            Some((end.at.at.as_micros() - answered.at.as_micros()).max(0) / 1_000_000)
        };
        end.duration_s.map(i64::from).or_else(between)
    }

    /// Milliseconds from start to answer, if both are known by the provider's clock.
    #[must_use]
    pub fn wait_ms(&self) -> Option<i64> {
        let answered = self.answered.filter(|answered| answered.clock.is_provider())?;
        Some((answered.at.as_micros() - self.provider_start()?.as_micros()).max(0) / 1_000)
    }

    /// The progress of the call, or how it ended.
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
        let started = self.started.is_some() || self.inferred.is_some();
        match &self.queue {
            // A caller who speaks with the AI was answered, even if the provider reports that only at the end.
            _ if self.answered.is_some() || self.phases.has(Phase::Ai) => Status::InProgress,
            _ if self.ringing.is_some() => Status::Ringing,
            Some(queue) if queue.cancelled => Status::Canceled,
            Some(queue) if queue.refused && !started => Status::Refused,
            Some(_) if !started => Status::Queued,
            _ => Status::Started,
        }
    }

    /// The direction, as seen from the tenant.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        let started = self.starts().find_map(|start| start.direction);
        started.or_else(|| self.queue.as_ref().map(|_| Direction::Outbound))
    }

    /// The `CallSid` of the first leg.
    #[must_use]
    pub fn call_sid(&self) -> Option<&str> {
        self.starts()
            .map(|start| start.call_sid.as_str())
            .find(|sid| !sid.is_empty())
    }

    /// The caller's number: as edited by a user, else as reported.
    #[must_use]
    pub fn caller_number(&self) -> Option<&str> {
        if let Some(edited) = &self.review.caller_number {
            return non_empty(edited).map(bounded);
        }
        let queued = || {
            self.queue
                .as_ref()
                .filter(|_| !self.erased)
                .map(|queue| queue.from.as_str())
        };
        let number = self.starts().find_map(|start| non_empty(&start.from)).or_else(queued);
        number.map(bounded)
    }

    /// The called number.
    #[must_use]
    pub fn called_number(&self) -> Option<&str> {
        let queued = || self.queue.as_ref().and_then(|queue| non_empty(&queue.to));
        let number = self.starts().find_map(|start| non_empty(&start.to)).or_else(queued);
        number.map(bounded)
    }

    /// The caller's name: as edited by a user, else as reported.
    #[must_use]
    pub fn caller_name(&self) -> Option<&str> {
        if let Some(edited) = &self.review.caller_name {
            return non_empty(edited);
        }
        self.starts()
            .find_map(|start| start.caller_name.as_ref().and_then(non_empty))
    }

    /// The number of the external party: the called number of an outbound call, else the caller's number.
    #[must_use]
    pub fn outside_number(&self) -> Option<&str> {
        match self.direction() {
            Some(Direction::Outbound) => self.called_number(),
            _ => self.caller_number(),
        }
    }

    /// The configured agent of the call.
    #[must_use]
    pub fn agent(&self) -> Option<&str> {
        let started = self.starts().find_map(|start| start.agent.as_ref());
        started
            .or_else(|| self.queue.as_ref().map(|queue| &queue.agent))
            .map(crate::AgentId::as_str)
    }

    /// The tenant's own number, E.164.
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

    /// The purpose of a queued outbound call.
    #[must_use]
    pub fn purpose(&self) -> Option<Purpose> {
        self.queue.as_ref().map(|queue| queue.purpose)
    }

    /// The lead of a queued outbound call.
    #[must_use]
    pub fn lead(&self) -> Option<&str> {
        self.queue.as_ref().and_then(|queue| queue.lead.as_deref())
    }

    /// The call type: the purpose of a queued outbound call, else `voicemail`, `ai` or `person` by who answered.
    #[must_use]
    pub fn call_type(&self) -> &'static str {
        match self.purpose() {
            Some(purpose) => purpose.as_str(),
            None if self.is_voicemail() => "voicemail",
            None if self.phases.has(Phase::Ai) => "ai",
            None => "person",
        }
    }

    /// The phases that the call has had.
    #[must_use]
    pub const fn phases(&self) -> Phases {
        self.phases
    }

    /// Whether there is a recording.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        let recordings = self.recordings.by_sid.values();
        recordings
            .into_iter()
            .any(|it| it.url.is_some() || it.archived.is_some())
    }

    /// Who has the caller.
    #[must_use]
    pub fn holder(&self) -> Holder {
        match self.status() {
            _ if self.is_over() => Holder::None,
            _ if self.on_hold_by.is_some() => Holder::Hold,
            _ if self.is_voicemail() => Holder::Voicemail,
            _ if self.taken_over_by().is_some() => Holder::TeamMember,
            Status::InProgress if self.phases.has(Phase::Ai) || self.agent().is_some() => Holder::Ai,
            // A call from the browser of a team member has no agent.
            Status::InProgress => Holder::TeamMember,
            _ => Holder::None,
        }
    }

    /// Whether an escalation rule asked for a team member.
    #[must_use]
    pub fn is_escalated(&self) -> bool {
        !self.dialogue.escalations.is_empty()
    }

    /// Whether an emergency was recognized in the call.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        self.dialogue.escalations.contains(EMERGENCY)
    }

    /// Why the caller was routed to voicemail.
    #[must_use]
    pub const fn voicemail_reason(&self) -> Option<VoicemailReason> {
        self.voicemail
    }

    /// Whether the caller was routed to voicemail.
    #[must_use]
    pub const fn is_voicemail(&self) -> bool {
        self.phases.has(Phase::Voicemail)
    }

    /// Whether the AI or a person answered the call.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        !self.is_voicemail() && (self.answered.is_some() || self.outcome() == Some(Outcome::Completed))
    }

    /// The user who took the call over.
    #[must_use]
    pub fn taken_over_by(&self) -> Option<&str> {
        self.participants.taken_over_by()
    }

    /// Whether the call was transferred.
    #[must_use]
    pub const fn is_transferred(&self) -> bool {
        self.transferred_to.is_some()
    }

    /// The target of the transfer.
    #[must_use]
    pub fn transferred_to(&self) -> Option<&str> {
        self.transferred_to.as_ref().and_then(non_empty)
    }

    /// Whether the call matches a filter.
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

    /// A call without AI turns and without a recording cannot be graded, nor can an erased one.
    fn is_pending_review(&self) -> bool {
        let is_reviewable = self.dialogue.persona_version.is_some() || self.is_recorded();
        self.is_over() && is_reviewable && self.review.grade.is_none() && !self.erased
    }

    /// The reported start, then the inferred one.
    fn starts(&self) -> impl Iterator<Item = &crate::call::start::Start> {
        self.started.iter().chain(&self.inferred)
    }
}

/// The start of an address. Addresses are bounded where they are received; those of older events are not, and databases
/// refuse long values in an index.
fn bounded(address: &str) -> &str {
    let end = address
        .char_indices()
        .nth(phone::MAX_ADDRESS_CHARS)
        .map_or(address.len(), |(end, _)| end);
    &address[..end]
}

/// The text, if it is known and not empty.
fn non_empty(text: &PersonalText) -> Option<&str> {
    text.text().filter(|text| !text.is_empty())
}
