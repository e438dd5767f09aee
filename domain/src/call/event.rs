//! What can have happened to a call. Names are facts in the past tense; the catalogue in prose is `docs/events.md`.
//!
//! Every event carries `at`: when it happened, as told by whoever told us. `told` is true when that moment came from
//! the provider's own clock, false when it is merely when we heard of it: a reader prefers a told moment, so that a late
//! or repeated callback cannot move a time.

use super::value::{
    AnsweredBy, CallClass, ClockSource, DialEvidence, DialFailure, Direction, EndedBy, Grade, Outcome, ParticipantRole,
    Phase, Purpose, RulesetVersion, Segment, Sentiment, TokenCount, VoicemailReason,
};
use crate::{AgentId, CallId, Personal, Timestamp};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A number, a name, words: text about a person.
pub type PersonalText = Personal<String>;

macro_rules! events {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident { $( $(#[$fdoc:meta])* $field:ident : $ty:ty ),* $(,)? } ),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub enum $name { $( $(#[$vdoc])* $variant {
            /// When it happened, in epoch microseconds.
            at: Timestamp,
            $( $(#[$fdoc])* $field : $ty ),*
        } ),* }

        impl $name {
            /// Every event type of this stream, in the order of the catalogue.
            pub const TYPES: &[&str] = &[$( stringify!($variant) ),*];

            /// The event's name, as it stands in the `event_type` column.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $( Self::$variant { .. } => stringify!($variant) ),* }
            }

            /// When it happened.
            #[must_use]
            pub const fn at(&self) -> Timestamp {
                match self { $( Self::$variant { at, .. } => *at ),* }
            }
        }
    };
}
pub(crate) use events;

events! {
    /// An event on a call's stream.
    CallEvent {
        // Before: calls that the platform queues. Unreleased: nothing sends these yet (`UNRELEASED`).
        /// A call was queued.
        CallQueued {
            /// The number to call, E.164.
            to: PersonalText,
            /// The tenant's number that is shown to the callee, E.164.
            from: String,
            /// The agent that speaks.
            agent: AgentId,
            purpose: Purpose,
            /// What the rules of permission take the call for.
            class: CallClass,
            /// What the call is about, in the words of a screening answer or a consent.
            subject: PersonalText,
            /// The goal of the conversation, in one sentence.
            objective: PersonalText,
            /// Values that the script inserts, by name.
            variables: Personal<BTreeMap<String, String>>,
            /// The customer's own identifier of the lead.
            lead: Option<String>,
            campaign: Option<String>,
            /// The row of the campaign's list, from 1.
            row: Option<u64>,
            /// Higher is dialed first.
            priority: i32,
            /// Earliest time of the first attempt.
            not_before: Option<Timestamp>,
            /// The call is dropped from the queue at this time.
            expires_at: Option<Timestamp>,
            max_attempts: u32,
            /// The consent that permits the call.
            consent: Option<String>,
            /// The call that this one retries.
            retry_of: Option<CallId>,
            /// The answering plan: what happens on voicemail, screening, a phone tree.
            plan: Option<String>,
            by: String,
        },
        /// Time or priority of a queued call was changed. An absent field stays as it was.
        QueueEdited {
            not_before: Option<Timestamp>,
            priority: Option<i32>,
            by: String,
        },
        QueuePaused {
            by: String,
        },
        QueueResumed {
            by: String,
        },
        /// The call was removed from the queue before it was answered.
        QueueCancelled {
            reason: String,
            by: String,
        },
        /// A rule forbids the call for now.
        DialDeferred {
            rule: String,
            /// The call is judged again at this time.
            until: Timestamp,
            ruleset: RulesetVersion,
            /// The inputs that decided, by name. No personal values.
            because: BTreeMap<String, String>,
        },
        /// A rule forbids the call.
        DialRefused {
            rule: String,
            reason: String,
            ruleset: RulesetVersion,
            /// The inputs that decided, by name. No personal values.
            because: BTreeMap<String, String>,
            /// Whether the refusal ends the call.
            r#final: bool,
        },
        /// Every rule permits the call.
        DialPermitted {
            /// The rules that were checked.
            rules: Vec<String>,
            ruleset: RulesetVersion,
            /// The time zones in which the callee may be.
            zones: Vec<String>,
            /// The suppression and registry lists that were consulted, with their versions.
            lists: Vec<String>,
            consent: Option<String>,
            /// The event that reserves the number for this call.
            engagement: Option<String>,
            valid_until: Timestamp,
        },
        /// The request to place the call is about to be sent: recorded before it is.
        DialIntended {
            /// From 1.
            attempt: u32,
            from: String,
            /// No request for this attempt is sent after this time.
            deadline: Timestamp,
        },
        /// The provider created the leg of an attempt.
        DialAttempted {
            attempt: u32,
            call_sid: String,
            evidence: DialEvidence,
            /// How long the provider says it will queue the call.
            queue_ms: Option<u32>,
        },
        DialFailed {
            attempt: u32,
            reason: String,
            kind: DialFailure,
            /// Whether the attempt counts toward `max_attempts` and the limits on frequency.
            counts_as_attempt: bool,
            /// Time of the next attempt; none follows if absent.
            retry_at: Option<Timestamp>,
        },
        /// It is not known whether the provider placed the call.
        DialUnresolved {
            attempt: u32,
            since: Timestamp,
        },
        /// The provider placed two legs for one attempt.
        DuplicateDialDetected {
            attempt: u32,
            /// The second leg.
            call_sid: String,
            /// The leg that is kept.
            first: String,
        },
        /// A leg that no attempt accounts for was rejected when it was answered.
        LegRefused {
            call_sid: String,
            reason: String,
        },

        // Start.
        /// The call exists. `inferred` when the first thing heard of it was something else.
        CallStarted {
            /// Whether `at` came from the provider's clock.
            clock: ClockSource,
            /// Who called whom, seen from us.
            direction: Option<Direction>,
            /// Twilio's name of the first leg.
            call_sid: String,
            /// The caller's number (E.164), SIP address or client name.
            from: PersonalText,
            /// The called number (E.164), SIP address or client name.
            to: PersonalText,
            /// The caller's name, where the network told one.
            caller_name: Option<PersonalText>,
            /// The agent that answers.
            agent: Option<AgentId>,
            /// The number of ours that is called or calls, E.164.
            number: Option<String>,
            /// STIR/SHAKEN: Twilio's `StirVerstat`.
            attestation: Option<String>,
            /// True when we never heard the beginning.
            inferred: bool,
        },
        /// The other side rings.
        CallRinging {
            /// Whether `at` came from the provider's clock.
            clock: ClockSource,
            /// The leg that rings.
            call_sid: String,
        },
        /// Somebody, or something, picked up.
        CallAnswered {
            /// Whether `at` came from the provider's clock.
            clock: ClockSource,
            /// The leg that was answered.
            call_sid: String,
            /// Who picked up.
            by: AnsweredBy,
        },
        /// The caller was sent to voicemail.
        RoutedToVoicemail {
            /// Why.
            reason: VoicemailReason,
        },

        // Talk.
        /// The AI disclosed to the caller that it is an AI.
        AiDisclosed {
            /// The sentence that was spoken. A fixed text of ours: it stays readable after an erasure.
            text: String,
        },
        /// The caller was informed that the call is recorded.
        ConsentNoticePlayed {
            /// The sentence that was spoken. A fixed text of ours: it stays readable after an erasure.
            text: String,
        },
        /// The caller said something.
        CallerTurn {
            /// Place in the conversation, from 1, shared with the AI's turns.
            turn: u32,
            /// The words.
            text: PersonalText,
            /// How sure the recogniser is, 0 to 1.
            confidence: Option<f64>,
            /// When the words began.
            started_at: Option<Timestamp>,
            /// When the words ended.
            ended_at: Option<Timestamp>,
            /// Which recogniser: `twilio_gather`, `media_stream`, `typed`.
            source: String,
        },
        /// The AI said something.
        AiTurn {
            /// Place in the conversation, from 1, shared with the caller's turns.
            turn: u32,
            /// The words.
            text: PersonalText,
            /// The persona that spoke; 0 is the base prompt alone.
            persona_version: u32,
            /// The language model; absent for fixed texts such as the greeting.
            model: Option<String>,
            /// From the caller's last word to our first, in milliseconds.
            latency_ms: Option<u32>,
            /// What the model read and wrote.
            tokens: Option<TokenCount>,
        },
        /// The caller cut the AI short.
        AiTurnInterrupted {
            /// The turn that was cut.
            turn: u32,
            /// How much of it was heard, in milliseconds.
            heard_ms: u32,
            /// The words that were heard.
            heard_text: PersonalText,
        },
        /// The recogniser was not sure enough, and the AI asked again.
        HeardUnclearly {
            /// How sure it was, 0 to 1.
            confidence: f64,
        },
        /// The caller was silent and was asked whether they are there.
        SilencePrompted {},
        /// A value that the agent is to collect was collected.
        FieldCollected {
            /// Its name.
            field: String,
            /// Its value.
            value: PersonalText,
            /// Whether it is well-formed for its kind.
            valid: bool,
        },
        /// A rule wants a person on the line.
        EscalationTriggered {
            /// The rule.
            rule: String,
        },
        /// A rule kept something from being said.
        GuardrailTripped {
            /// The rule.
            rule: String,
        },
        /// A model did not answer.
        AiFailed {
            /// Which.
            provider: String,
            /// Why, in words free of personal values.
            reason: String,
        },

        // People.
        /// A user listens in, muted.
        ListenerJoined {
            /// Who.
            user: String,
            /// The seat to which their telephone is called.
            #[serde(default)]
            participant: u32,
        },
        /// A user stopped listening.
        ListenerLeft {
            /// Who.
            user: String,
        },
        /// A user asked to take the call over, or was asked to.
        TakeoverRequested {
            /// Who shall take it over.
            user: String,
        },
        /// A user agreed to take the call over; they do once their telephone is answered.
        TakeoverAccepted {
            /// Who.
            user: String,
            /// The seat to which their telephone is called; that of a listener is theirs already.
            participant: u32,
        },
        /// A user declined to take the call over.
        TakeoverDeclined {
            /// Who.
            user: String,
        },
        /// A user speaks now, and the AI no longer does.
        TakenOver {
            /// Who.
            user: String,
        },
        /// A user who had taken the call over was gone before the caller had come to them: the AI speaks again.
        TakeoverFailed {
            /// Who.
            user: String,
            /// Why.
            reason: String,
        },
        /// The caller hears music.
        PutOnHold {
            /// Who did it.
            user: String,
        },
        /// The caller hears people again.
        TakenOffHold {
            /// Who did it.
            user: String,
        },
        /// A transfer began.
        TransferStarted {
            /// Whither.
            to: PersonalText,
            /// The seat to which the target is called.
            #[serde(default)]
            participant: u32,
        },
        /// The transfer reached its target.
        Transferred {
            /// Whither.
            to: PersonalText,
        },
        /// The transfer did not reach its target.
        TransferFailed {
            /// Whither.
            to: PersonalText,
            /// Why.
            reason: String,
        },
        /// Keypad digits were sent.
        DigitsSent {
            /// The digits.
            digits: PersonalText,
        },
        /// We had somebody called into the conversation.
        ParticipantCalled {
            /// Their leg.
            call_sid: String,
            /// Whose leg.
            role: ParticipantRole,
            /// Their seat: one of the places to which somebody is called, numbered from 1 in each call.
            participant: u32,
        },
        /// Somebody who was called into the conversation did not come.
        ParticipantUnreached {
            /// Whether `at` came from the provider's clock.
            clock: ClockSource,
            /// Their leg.
            call_sid: String,
            /// Whose leg.
            role: ParticipantRole,
            /// `busy`, `no-answer`, `failed`, `canceled`.
            reason: String,
        },
        /// A leg joined the conversation.
        ParticipantJoined {
            /// Whether `at` came from the provider's clock.
            clock: ClockSource,
            /// The leg.
            call_sid: String,
            /// Whose leg.
            role: ParticipantRole,
            /// Twilio's name of the conference that it joined, where a conference told.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            conference_sid: Option<String>,
        },
        /// A leg left the conversation.
        ParticipantLeft {
            /// Whether `at` came from the provider's clock.
            clock: ClockSource,
            /// The leg.
            call_sid: String,
            /// Whose leg.
            role: ParticipantRole,
        },
        /// The conference that holds the legs began.
        ConferenceStarted {
            /// Whether `at` came from the provider's clock.
            clock: ClockSource,
            /// Twilio's name of it.
            conference_sid: String,
        },
        /// The conference ended.
        ConferenceEnded {
            /// Whether `at` came from the provider's clock.
            clock: ClockSource,
            /// Twilio's name of it.
            conference_sid: String,
        },

        // Sound.
        /// Sound is being kept.
        RecordingStarted {
            /// Which part of the call.
            phase: Phase,
            /// Twilio's name of the recording.
            recording_sid: String,
        },
        /// Sound is not kept for now.
        RecordingPaused {
            /// Which part of the call.
            phase: Phase,
            /// Twilio's name of the recording.
            recording_sid: String,
        },
        /// Sound is kept again.
        RecordingResumed {
            /// Which part of the call.
            phase: Phase,
            /// Twilio's name of the recording.
            recording_sid: String,
        },
        /// Twilio has the recording.
        RecordingReady {
            /// Which part of the call.
            phase: Phase,
            /// Twilio's name of the recording.
            recording_sid: String,
            /// Where it can be fetched, for as long as Twilio keeps it.
            url: String,
            /// Its length in seconds.
            duration_s: Option<u32>,
            /// 1 or 2.
            channels: Option<u32>,
        },
        /// We have the recording.
        RecordingArchived {
            /// Which part of the call.
            phase: Phase,
            /// Twilio's name of the recording.
            recording_sid: String,
            /// Its name in our blob store.
            key: String,
            /// Its size.
            bytes: u64,
            /// SHA-256 of its bytes, lower-case hex.
            sha256: String,
            /// Its media type.
            content_type: String,
        },
        /// The recording cannot be had.
        RecordingUnavailable {
            /// Which part of the call.
            phase: Phase,
            /// Twilio's name of the recording.
            recording_sid: Option<String>,
            /// Why.
            reason: String,
            /// How often it was tried.
            attempts: u32,
        },
        /// The words of a phase are known.
        TranscriptReady {
            /// Which part of the call.
            phase: Phase,
            /// Who said what.
            segments: Personal<Vec<Segment>>,
            /// What made it: `conversation`, `twilio`, or a model's name.
            engine: String,
        },
        /// Somebody wants the words of a phase written down, or written down again.
        TranscriptionRequested {
            /// Which part of the call.
            phase: Phase,
            /// Who.
            by: String,
        },
        /// The words of a phase could not be had.
        TranscriptionFailed {
            /// Which part of the call.
            phase: Phase,
            /// Why.
            reason: String,
        },
        /// Somebody listened to the recording.
        RecordingPlayed {
            /// Which part of the call.
            phase: Phase,
            /// Who.
            by: String,
        },

        // End.
        /// The call is over.
        CallEnded {
            /// Whether `at` came from the provider's clock.
            clock: ClockSource,
            /// How it went.
            outcome: Outcome,
            /// Who ended it, where known.
            ended_by: Option<EndedBy>,
            /// Seconds talked, as the provider counts them.
            duration_s: Option<u32>,
            /// Why it failed: the SIP response or error code.
            reason: Option<String>,
        },
        /// The call in a few words.
        CallSummarized {
            /// The words.
            summary: PersonalText,
            /// What came of it.
            outcome: String,
            /// How interested the caller is: `high`, `medium`, `low`, `none`.
            interest: Option<String>,
            /// What to do next.
            next_action: Option<PersonalText>,
            /// Whether the objective was reached.
            goal_achieved: Option<bool>,
            /// 0 to 100.
            lead_score: Option<u8>,
            /// The caller's mood.
            sentiment: Option<Sentiment>,
            /// What wrote it.
            model: String,
        },
        /// The person does not want to be called again.
        DoNotCallRequested {},
        /// Something was paid for.
        CostIncurred {
            /// What: `carrier_minutes`, `model_tokens`, `recording_storage`, ...
            item: String,
            /// How much of it, in `unit`.
            quantity: f64,
            /// `minute`, `token`, `character`, ...
            unit: String,
            /// Its price in millionths of `currency`.
            amount_micros: i64,
            /// ISO 4217.
            currency: String,
            /// Which price list said so.
            price_list: String,
            /// True until the provider's own figure is known.
            provisional: bool,
        },

        // Review.
        /// A reviewer judged the call.
        Graded {
            /// The judgement.
            grade: Grade,
            /// Who.
            by: String,
        },
        /// A reviewer took their judgement back.
        GradeCleared {
            /// Who.
            by: String,
        },
        /// A reviewer wrote what should have been said.
        CorrectionNoted {
            /// Names the correction within the call, from 1.
            correction: u32,
            /// The note.
            note: PersonalText,
            /// The turn it is about; the whole call, if absent.
            turn: Option<u32>,
            /// Who.
            by: String,
        },
        /// A correction was taken back.
        CorrectionWithdrawn {
            /// Which one.
            correction: u32,
            /// Who.
            by: String,
        },
        /// Somebody decided what became of the call.
        Resolved {
            /// `resolved`, `callback_needed`, `spam`, ...
            disposition: String,
            /// The same for people.
            label: Option<String>,
            /// Who.
            by: String,
        },
        /// The decision was taken back.
        Reopened {
            /// Who.
            by: String,
        },
        /// Details were corrected by hand. What is absent stays as it was.
        DetailsEdited {
            /// The caller's name.
            caller_name: Option<PersonalText>,
            /// The caller's number.
            caller_number: Option<PersonalText>,
            /// Free notes.
            notes: Option<PersonalText>,
            /// Who.
            by: String,
        },
        /// The call is left out of lists: what "delete" does.
        CallHidden {
            /// Who.
            by: String,
        },
        /// Every personal value of the call was destroyed.
        CallErased {
            /// On what ground: a law's article, a request's number. Never a personal value.
            ground: String,
            /// Who.
            by: String,
        },

        // Truth.
        /// A callback that changes nothing else.
        ProviderReported {
            /// Whether `at` came from the provider's clock.
            clock: ClockSource,
            /// Which callback: `call-status`, `conference-status`, `amd-status`, ...
            kind: String,
            /// The leg, where one was named.
            call_sid: Option<String>,
            /// The provider's own count, from 0.
            sequence_number: Option<u32>,
            /// The provider's word: `ringing`, `participant-mute`, ...
            status: String,
        },
        /// The call was compared with the provider's own record.
        Reconciled {
            /// Whether nothing was missing.
            complete: bool,
            /// What was missing.
            missing: Vec<String>,
        },
        /// Something that we tried to do for the call did not come about.
        EffectFailed {
            /// What: `start_recording`, `archive_recording`, `transcribe`, `summarize`, ...
            effect: String,
            /// Which of several: a recording, a phase. Never a personal value.
            item: String,
            /// Why, in words free of personal values.
            reason: String,
            /// Which attempt it was, from 1.
            attempt: u32,
            /// When it is tried again; never, if absent.
            retry_at: Option<Timestamp>,
        },
        /// Something missing was filled in from the provider's record.
        GapRepaired {
            /// Where it came from.
            from: String,
        },
    }
}

impl CallEvent {
    /// Today's version of every event type. A type whose shape changes gets its own, and an upcaster.
    pub const VERSION: &str = "1.0";
}

impl DomainEvent for CallEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
