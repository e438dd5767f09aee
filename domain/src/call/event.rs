//! Events of a call. Names are facts in the past tense; `docs/events.md` lists them all.
//!
//! Every event carries `at`, the time at which it happened. Events that repeat a callback also carry `clock`, which says
//! whether `at` is the time that the provider states or the time at which the service received the callback. Readers
//! prefer the provider's time, so a late or repeated callback cannot move it.

use super::value::{
    AnsweredBy, CallClass, CallerIntent, ClockSource, DialEvidence, DialFailure, Direction, EndedBy, Grade, Outcome,
    ParticipantRole, Phase, Purpose, RulesetVersion, Segment, Sentiment, TokenCount, VoicemailReason,
};
use crate::{AgentId, CallId, Personal, Timestamp};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A personal value that is text: a phone number, a name, spoken words.
pub type PersonalText = Personal<String>;

/// Personal values by name.
pub type PersonalValues = Personal<BTreeMap<String, String>>;

/// The segments of a transcript.
pub type PersonalSegments = Personal<Vec<Segment>>;

/// Defines an enum of events. Adds the field `at` (epoch microseconds) to every event.
macro_rules! events {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident { $( $(#[$fdoc:meta])* $field:ident : $ty:ty ),* $(,)? } ),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name { $( $(#[$vdoc])* $variant {
            /// When it happened.
            at: Timestamp,
            $( $(#[$fdoc])* $field : $ty ),*
        } ),* }

        impl $name {
            /// Every event type, in the order of `docs/events.md`.
            pub const TYPES: &[&str] = &[$( stringify!($variant) ),*];

            /// The event type, as stored in the `event_type` column.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $( Self::$variant { .. } => stringify!($variant) ),* }
            }

            /// The time at which the event happened.
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
        // Before: calls that the platform queues.
        /// A call was queued.
        CallQueued {
            /// The number to call, E.164.
            to: PersonalText,
            /// The tenant's number that the callee sees, E.164.
            from: String,
            agent: AgentId,
            purpose: Purpose,
            class: CallClass,
            /// What the call is about, in the words used for call screening and for matching a consent.
            subject: PersonalText,
            /// The goal of the conversation, in one sentence.
            objective: PersonalText,
            /// Values that the script inserts, by name.
            #[cfg_attr(feature = "openapi", schema(inline))]
            variables: PersonalValues,
            /// The customer's own identifier of the lead.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            lead: Option<String>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            campaign: Option<String>,
            /// The row of the campaign's list, from 1.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            row: Option<u64>,
            /// Higher is dialed first.
            priority: i32,
            /// Earliest time of the first attempt.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            not_before: Option<Timestamp>,
            /// The call is dropped from the queue at this time.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            expires_at: Option<Timestamp>,
            max_attempts: u32,
            /// The consent that permits the call.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            consent: Option<String>,
            /// The call that this one retries.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            retry_of: Option<CallId>,
            /// The answering plan: what happens on voicemail, call screening or a phone menu.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            plan: Option<String>,
            by: String,
        },
        /// Time or priority of a queued call was changed. An absent field keeps its value.
        QueueEdited {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            not_before: Option<Timestamp>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
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
            /// The rules are checked again at this time.
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
            #[serde(default, skip_serializing_if = "Option::is_none")]
            consent: Option<String>,
            /// The event that reserves the number for this call.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            engagement: Option<String>,
            valid_until: Timestamp,
        },
        /// The dialer is about to request the call from the provider. Recorded before the request is sent.
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
            /// The provider's estimate of how long it will queue the call, in milliseconds.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            queue_ms: Option<u32>,
        },
        DialFailed {
            attempt: u32,
            reason: String,
            kind: DialFailure,
            /// Whether the attempt counts toward `max_attempts` and the limits on call frequency.
            counts_as_attempt: bool,
            /// Time of the next attempt; absent if there is none.
            #[serde(default, skip_serializing_if = "Option::is_none")]
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
        /// A leg that belongs to no attempt was rejected when it was answered.
        LegRefused {
            call_sid: String,
            reason: String,
        },

        // Start.
        /// The call exists.
        CallStarted {
            clock: ClockSource,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            direction: Option<Direction>,
            /// The first leg.
            call_sid: String,
            /// E.164 number, SIP address or client name of the caller.
            from: PersonalText,
            /// E.164 number, SIP address or client name of the callee.
            to: PersonalText,
            /// The caller's name, if the network supplied one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            caller_name: Option<PersonalText>,
            /// The agent that answers.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            agent: Option<AgentId>,
            /// The tenant's number that is called or calls, E.164.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            number: Option<String>,
            /// STIR/SHAKEN result: Twilio's `StirVerstat`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            attestation: Option<String>,
            /// True if the start was concluded from a later callback because the webhook of the start was not received yet.
            inferred: bool,
        },
        CallRinging {
            clock: ClockSource,
            call_sid: String,
        },
        CallAnswered {
            clock: ClockSource,
            call_sid: String,
            by: AnsweredBy,
        },
        RoutedToVoicemail {
            reason: VoicemailReason,
        },

        // Dialogue.
        /// The caller was informed that an AI is speaking.
        AiDisclosed {
            /// The sentence that was spoken. A fixed phrase, not personal: it stays readable after an erasure.
            text: String,
        },
        /// The caller was informed that the call is recorded.
        ConsentNoticePlayed {
            /// The sentence that was spoken. A fixed phrase, not personal: it stays readable after an erasure.
            text: String,
        },
        /// The caller spoke.
        CallerTurn {
            /// Position in the conversation, from 1, shared with the AI's turns.
            turn: u32,
            text: PersonalText,
            /// The recognizer's confidence, 0 to 1.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            confidence: Option<f64>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            started_at: Option<Timestamp>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            ended_at: Option<Timestamp>,
            /// The recognizer: `twilio_gather`, `media_stream`, `typed`.
            source: String,
        },
        /// The AI spoke.
        AiTurn {
            /// Position in the conversation, from 1, shared with the caller's turns.
            turn: u32,
            text: PersonalText,
            /// 0 is the base prompt alone.
            persona_version: u32,
            /// The language model; absent for fixed phrases such as the greeting.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            model: Option<String>,
            /// From the end of the caller's speech to the start of the AI's, in milliseconds.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            latency_ms: Option<u32>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            tokens: Option<TokenCount>,
            /// The turn asks the caller to confirm that they want this. Without a yes nothing follows.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            asks_to_confirm: Option<CallerIntent>,
        },
        /// The caller interrupted the AI (barge-in).
        AiTurnInterrupted {
            turn: u32,
            /// Milliseconds of the turn that the caller heard.
            heard_ms: u32,
            /// The part of the turn that the caller heard.
            heard_text: PersonalText,
        },
        /// The recognizer's confidence was too low, and the AI asked the caller to repeat.
        HeardUnclearly {
            /// 0 to 1.
            confidence: f64,
        },
        /// The caller was silent, and the AI asked whether they are still there.
        SilencePrompted {},
        /// A value that the agent is configured to collect was collected.
        FieldCollected {
            /// The field's name in the agent's settings.
            field: String,
            value: PersonalText,
            /// Whether the value is well-formed for the field's kind.
            valid: bool,
        },
        /// A rule requires a team member to take the call.
        EscalationTriggered {
            rule: String,
        },
        /// A rule blocked an input to or an output of the model.
        GuardrailTripped {
            rule: String,
        },
        /// A model did not answer.
        AiFailed {
            provider: String,
            /// No personal values.
            reason: String,
        },

        // Participants.
        /// A user listens in, muted.
        ListenerJoined {
            user: String,
            /// The participant number under which the user's phone is dialed.
            participant: u32,
        },
        ListenerLeft {
            user: String,
        },
        /// A user requested the takeover of the call, or was asked to take it over.
        TakeoverRequested {
            /// The user who is to take the call over.
            user: String,
        },
        /// A user agreed to take the call over. The takeover takes effect when their phone has joined the conference.
        TakeoverAccepted {
            user: String,
            /// The participant number under which the user's phone is dialed. A listener keeps the number they have.
            participant: u32,
        },
        TakeoverDeclined {
            user: String,
        },
        /// A user speaks with the caller, and the AI no longer does.
        TakenOver {
            user: String,
        },
        /// The user who took the call over left before the caller was connected to them. The AI speaks again.
        TakeoverFailed {
            user: String,
            reason: String,
        },
        PutOnHold {
            /// The user who put the caller on hold.
            user: String,
        },
        TakenOffHold {
            /// The user who took the caller off hold.
            user: String,
        },
        TransferStarted {
            /// The target.
            to: PersonalText,
            /// The participant number under which the target is dialed.
            participant: u32,
        },
        /// The transfer target was connected.
        Transferred {
            to: PersonalText,
        },
        TransferFailed {
            to: PersonalText,
            reason: String,
        },
        /// Keypad digits (DTMF) were sent.
        DigitsSent {
            digits: PersonalText,
        },
        /// The service dialed a participant into the call.
        ParticipantCalled {
            call_sid: String,
            role: ParticipantRole,
            /// Participants that the service dials are numbered from 1 within the call.
            participant: u32,
        },
        /// A participant's leg ended without joining the call.
        ParticipantUnreached {
            clock: ClockSource,
            call_sid: String,
            role: ParticipantRole,
            /// `busy`, `no-answer`, `failed` or `canceled`.
            reason: String,
        },
        ParticipantJoined {
            clock: ClockSource,
            call_sid: String,
            role: ParticipantRole,
            /// Absent unless a conference callback reported the join.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            conference_sid: Option<String>,
            /// The provider's number of the event within the conference: it orders what happens within one second.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            sequence_number: Option<u32>,
        },
        ParticipantLeft {
            clock: ClockSource,
            call_sid: String,
            role: ParticipantRole,
            /// Absent unless a conference callback reported the leave.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            conference_sid: Option<String>,
            /// The provider's number of the event within the conference.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            sequence_number: Option<u32>,
        },
        ConferenceStarted {
            clock: ClockSource,
            conference_sid: String,
        },
        ConferenceEnded {
            clock: ClockSource,
            conference_sid: String,
        },

        // Recordings and transcripts.
        RecordingStarted {
            phase: Phase,
            recording_sid: String,
        },
        RecordingPaused {
            phase: Phase,
            recording_sid: String,
        },
        RecordingResumed {
            phase: Phase,
            recording_sid: String,
        },
        /// The recording can be downloaded from the provider.
        RecordingReady {
            phase: Phase,
            recording_sid: String,
            /// Valid for as long as the provider keeps the recording.
            url: String,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            duration_s: Option<u32>,
            /// 1 or 2.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            channels: Option<u32>,
        },
        /// The recording is in the blob store.
        RecordingArchived {
            phase: Phase,
            recording_sid: String,
            /// The key in the blob store.
            key: String,
            bytes: u64,
            /// SHA-256 of the content, lower-case hex.
            sha256: String,
            /// Media type.
            content_type: String,
        },
        /// The recording could not be obtained.
        RecordingUnavailable {
            phase: Phase,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            recording_sid: Option<String>,
            reason: String,
            attempts: u32,
        },
        TranscriptReady {
            phase: Phase,
            #[cfg_attr(feature = "openapi", schema(inline))]
            segments: PersonalSegments,
            /// What produced it: `conversation`, `twilio`, or the name of a model.
            engine: String,
        },
        /// A user requested a transcript of a phase, or a new one.
        TranscriptionRequested {
            phase: Phase,
            by: String,
        },
        TranscriptionFailed {
            phase: Phase,
            reason: String,
        },
        /// A user played the recording.
        RecordingPlayed {
            phase: Phase,
            by: String,
        },

        // End.
        CallEnded {
            clock: ClockSource,
            outcome: Outcome,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            ended_by: Option<EndedBy>,
            /// Seconds of conversation, as the provider counts them.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            duration_s: Option<u32>,
            /// Why the call failed: SIP response or provider error code.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            reason: Option<String>,
        },
        CallSummarized {
            summary: PersonalText,
            outcome: String,
            /// The caller's interest: `high`, `medium`, `low` or `none`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            interest: Option<String>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            next_action: Option<PersonalText>,
            /// Whether the objective was reached.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            goal_achieved: Option<bool>,
            /// 0 to 100.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            lead_score: Option<u8>,
            /// The caller's.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            sentiment: Option<Sentiment>,
            /// The language model that wrote the summary.
            model: String,
        },
        /// The person asked not to be called again.
        DoNotCallRequested {},
        /// The wish not to be called again was passed on to the suppression list.
        OptOutHonored {
            /// Whether the number is suppressed. It is not if the call has no number.
            suppressed: bool,
        },
        CostIncurred {
            /// `carrier_minutes`, `model_tokens`, `recording_storage`, ...
            item: String,
            /// In `unit`.
            quantity: f64,
            /// `minute`, `token`, `character`, ...
            unit: String,
            /// Millionths of `currency`.
            amount_micros: i64,
            /// ISO 4217.
            currency: String,
            /// The price list that the amount was computed from.
            price_list: String,
            /// True until the provider's own figure is known.
            provisional: bool,
        },

        // Review.
        Graded {
            grade: Grade,
            by: String,
        },
        GradeCleared {
            by: String,
        },
        /// A reviewer noted what the AI should have said.
        CorrectionNoted {
            /// Number of the correction within the call, from 1.
            correction: u32,
            note: PersonalText,
            /// Absent if the correction is about the whole call.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            turn: Option<u32>,
            by: String,
        },
        CorrectionWithdrawn {
            correction: u32,
            by: String,
        },
        /// A user set the disposition of the call.
        Resolved {
            /// `resolved`, `callback_needed`, `spam`, ...
            disposition: String,
            /// Display text of the disposition.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            label: Option<String>,
            by: String,
        },
        /// The disposition was withdrawn.
        Reopened {
            by: String,
        },
        /// A user edited details of the call. An absent field keeps its value.
        DetailsEdited {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            caller_name: Option<PersonalText>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            caller_number: Option<PersonalText>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            notes: Option<PersonalText>,
            by: String,
        },
        /// The call is omitted from lists. This is what "delete" does.
        CallHidden {
            by: String,
        },
        /// Every personal value of the call was destroyed.
        CallErased {
            /// Legal ground: an article of a law, the number of a request. No personal values.
            ground: String,
            by: String,
        },

        // Provider record.
        /// A callback that produced no other event.
        ProviderReported {
            clock: ClockSource,
            /// The callback: `call-status`, `conference-status`, `amd-status`, ...
            kind: String,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            call_sid: Option<String>,
            /// The provider's own count, from 0.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            sequence_number: Option<u32>,
            /// The provider's status: `ringing`, `participant-mute`, ...
            status: String,
        },
        /// The call was compared with the provider's own record.
        Reconciled {
            complete: bool,
            missing: Vec<String>,
        },
        /// A job or request for the call failed.
        EffectFailed {
            /// `start_recording`, `archive_recording`, `transcribe`, `summarize`, ...
            effect: String,
            /// Distinguishes several effects of one kind: a recording, a phase. No personal values.
            item: String,
            /// No personal values.
            reason: String,
            /// From 1.
            attempt: u32,
            /// Time of the next attempt; absent if there is none.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            retry_at: Option<Timestamp>,
        },
        /// A user requested another attempt of an effect whose attempts had ended.
        EffectRetryRequested {
            /// As in `EffectFailed`.
            effect: String,
            /// As in `EffectFailed`.
            item: String,
            by: String,
        },
        /// Missing data was completed from the provider's record.
        GapRepaired {
            /// The source of the data.
            from: String,
        },
    }
}

impl CallEvent {
    /// The current version of every event type. A type whose shape changes gets a version of its own and an upcaster.
    pub const VERSION: &str = "1.0";

    /// Event types that the service does not append yet. Their shapes may still change; all others are frozen
    /// (`docs/events.md`).
    pub const UNRELEASED: &[&str] = &[
        "CallQueued",
        "QueueEdited",
        "QueuePaused",
        "QueueResumed",
        "QueueCancelled",
        "DialDeferred",
        "DialRefused",
        "DialPermitted",
        "DialIntended",
        "DialAttempted",
        "DialFailed",
        "DialUnresolved",
        "DuplicateDialDetected",
        "LegRefused",
        "AiTurnInterrupted",
        "Reconciled",
        "GapRepaired",
    ];
}

impl DomainEvent for CallEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
