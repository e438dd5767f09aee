//! Commands to a call.
//!
//! Commands named `Handle...` carry a callback of the provider. They are never refused, in whatever order, repeated or
//! late. All other commands can be refused with a [`super::CallError`].
//!
//! Every command carries `at`, the time at which its effect happened. Commands that carry a callback with a time of the
//! provider also say so with `clock`, and the events repeat both.

use super::event::PersonalText;
use super::value::{
    CallClass, CallerIntent, ClockSource, DialEvidence, DialFailure, Direction, EndedBy, Grade, Outcome, Phase,
    Purpose, RulesetVersion, Segment, Sentiment, TokenCount, VoicemailReason,
};
use crate::{AgentId, CallId, Personal, Timestamp};
use std::collections::BTreeMap;

pub use super::callback::{
    HandleAmd, HandleCallerTurn, HandleConference, HandleInbound, HandleOther, HandleOutbound, HandleRecording,
    HandleStatus, HandleTranscription, HandleVoicemail, Leg, Origin, RecordingStatus, Routed, VoicemailMessage,
};

/// Records by hand a call that did not pass through the service.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateManually {
    pub at: Timestamp,
    /// The provider's identifier of the first leg if known, else the id of the call.
    pub call_sid: String,
    pub direction: Direction,
    pub from: PersonalText,
    pub to: PersonalText,
    pub caller_name: Option<PersonalText>,
    pub agent: Option<AgentId>,
    /// The tenant's number, E.164.
    pub number: Option<String>,
    /// Absent while the call has not ended.
    pub outcome: Option<Outcome>,
    /// Seconds of conversation.
    pub duration_s: Option<u32>,
    pub notes: Option<PersonalText>,
    pub by: String,
}

/// Queues a call. The fields are those of [`super::CallEvent::CallQueued`].
#[derive(Clone, Debug, PartialEq)]
pub struct Enqueue {
    pub at: Timestamp,
    pub to: PersonalText,
    pub from: String,
    pub agent: AgentId,
    pub purpose: Purpose,
    pub class: CallClass,
    pub subject: PersonalText,
    pub objective: PersonalText,
    pub variables: Personal<BTreeMap<String, String>>,
    pub lead: Option<String>,
    pub campaign: Option<String>,
    pub row: Option<u64>,
    pub priority: i32,
    pub not_before: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub max_attempts: u32,
    pub consent: Option<String>,
    pub retry_of: Option<CallId>,
    pub plan: Option<String>,
    pub by: String,
}

/// Defines an enum of commands: `whole` lists variants that hold a struct, `spelled` lists variants with named fields, to
/// which it adds `at`.
macro_rules! commands {
    (
        $(#[$doc:meta])* $name:ident
        whole { $( $(#[$wdoc:meta])* $whole:ident ),* $(,)? }
        spelled { $( $(#[$vdoc:meta])* $variant:ident { $( $(#[$fdoc:meta])* $field:ident : $ty:ty ),* $(,)? } ),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name {
            $( $(#[$wdoc])* $whole($whole), )*
            $( $(#[$vdoc])* $variant {
                at: $crate::Timestamp,
                $( $(#[$fdoc])* $field : $ty ),*
            } ),*
        }

        $( impl From<$whole> for $name {
            fn from(command: $whole) -> Self {
                Self::$whole(command)
            }
        } )*

        impl $name {
            /// The command's name, for logs.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $( Self::$whole(_) => stringify!($whole), )*
                    $( Self::$variant { .. } => stringify!($variant) ),*
                }
            }

            /// The time at which the effect of the command happened.
            #[must_use]
            pub const fn at(&self) -> $crate::Timestamp {
                match self {
                    $( Self::$whole(command) => command.at, )*
                    $( Self::$variant { at, .. } => *at ),*
                }
            }
        }
    };
}
pub(crate) use commands;

commands! {
    /// A command to a call.
    CallCommand
    whole {
        HandleInbound,
        HandleOutbound,
        HandleStatus,
        HandleRecording,
        HandleVoicemail,
        HandleTranscription,
        HandleConference,
        HandleAmd,
        HandleCallerTurn,
        HandleOther,
        CreateManually,
        Enqueue,
    }
    spelled {
        // Before.
        /// Removes the call from the queue.
        CancelQueued {
            reason: String,
            by: String,
        },
        /// Records that the rules permit the call.
        PermitDial {
            rules: Vec<String>,
            ruleset: RulesetVersion,
            zones: Vec<String>,
            lists: Vec<String>,
            consent: Option<String>,
            engagement: Option<String>,
            valid_until: Timestamp,
        },
        /// Records that a rule forbids the call.
        RefuseDial {
            rule: String,
            reason: String,
            ruleset: RulesetVersion,
            because: BTreeMap<String, String>,
            r#final: bool,
        },
        /// Records the leg that the provider created for an attempt.
        AttemptDial {
            /// From 1.
            attempt: u32,
            call_sid: String,
            evidence: DialEvidence,
            queue_ms: Option<u32>,
        },
        /// Records that an attempt failed.
        FailDial {
            /// From 1.
            attempt: u32,
            reason: String,
            kind: DialFailure,
            counts_as_attempt: bool,
            /// Time of the next attempt; absent if there is none.
            retry_at: Option<Timestamp>,
        },

        // Dialogue.
        RouteToVoicemail {
            reason: VoicemailReason,
        },
        /// Records that the caller was informed that an AI is speaking. No effect if it is already recorded.
        DiscloseAi {
            /// The sentence that was spoken. A fixed phrase, not personal: it stays readable after an erasure.
            text: String,
        },
        /// Records that the caller was informed of the recording. No effect if it is already recorded.
        PlayConsentNotice {
            /// The sentence that was spoken. A fixed phrase, not personal: it stays readable after an erasure.
            text: String,
        },
        /// Records what the AI says.
        SpeakAi {
            /// Position in the conversation; the next free one if absent.
            turn: Option<u32>,
            text: PersonalText,
            /// 0 is the base prompt alone.
            persona_version: u32,
            /// The language model; absent for fixed phrases.
            model: Option<String>,
            /// From the end of the caller's speech to the start of the AI's, in milliseconds.
            latency_ms: Option<u32>,
            tokens: Option<TokenCount>,
            /// The turn asks the caller to confirm that they want this.
            asks_to_confirm: Option<CallerIntent>,
        },
        /// Records that the caller interrupted the AI (barge-in).
        InterruptAi {
            turn: u32,
            /// Milliseconds of the turn that the caller heard.
            heard_ms: u32,
            /// The part of the turn that the caller heard.
            heard_text: PersonalText,
        },
        /// Records that the recognizer's confidence was too low and the caller is asked to repeat.
        ReportUnclearSpeech {
            /// 0 to 1.
            confidence: f64,
        },
        /// Records that a silent caller is asked whether they are still there.
        PromptSilence {},
        /// Records a collected value.
        CollectField {
            field: String,
            value: PersonalText,
            /// Whether the value is well-formed for the field's kind.
            valid: bool,
        },
        /// Records that a rule requires a team member to take the call.
        TriggerEscalation {
            rule: String,
        },
        /// Records that a rule blocked an input to or an output of the model.
        TripGuardrail {
            rule: String,
        },
        /// Records that a model did not answer.
        ReportAiFailure {
            provider: String,
            /// No personal values.
            reason: String,
        },

        // Participants.
        /// Lets a user listen in, muted.
        JoinListener {
            user: String,
        },
        LeaveListener {
            user: String,
        },
        /// Records that a user requests the takeover of the call, or is asked to take it over.
        RequestTakeover {
            user: String,
        },
        /// Records that a user agrees to take the call over.
        AcceptTakeover {
            user: String,
        },
        DeclineTakeover {
            user: String,
        },
        /// Records the leg that the provider created for a participant.
        CallParticipant {
            call_sid: String,
            participant: u32,
        },
        /// Records that a user speaks with the caller, and the AI no longer does.
        TakeOver {
            user: String,
        },
        /// Records that the user who took the call over left before the caller was connected to them.
        FailTakeover {
            user: String,
            reason: String,
        },
        PutOnHold {
            user: String,
        },
        TakeOffHold {
            user: String,
        },
        StartTransfer {
            to: PersonalText,
        },
        /// Records that the transfer target was connected.
        CompleteTransfer {
            to: PersonalText,
        },
        /// Records that the transfer target was not connected.
        FailTransfer {
            to: PersonalText,
            reason: String,
        },
        /// Records that keypad digits (DTMF) are sent.
        SendDigits {
            /// `0`-`9`, `*`, `#`; `w` and `W` are pauses.
            digits: PersonalText,
        },

        // Recordings and transcripts.
        /// Records the recording that the provider started.
        StartRecording {
            phase: Phase,
            recording_sid: String,
        },
        PauseRecording {
            phase: Phase,
            recording_sid: String,
        },
        ResumeRecording {
            phase: Phase,
            recording_sid: String,
        },
        /// Records that the recording is in the blob store. Refused with `Erased` if the call was erased: the job that stored
        /// it then deletes it.
        ArchiveRecording {
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
        /// Records that the recording could not be obtained. No effect if it is archived.
        GiveUpRecording {
            phase: Phase,
            recording_sid: Option<String>,
            reason: String,
            attempts: u32,
        },
        StoreTranscript {
            phase: Phase,
            /// At least one segment with text.
            segments: Personal<Vec<Segment>>,
            /// What produced it: `conversation`, or the name of a model.
            engine: String,
        },
        /// Requests a transcript of a phase, or a new one.
        RequestTranscription {
            phase: Phase,
            by: String,
        },
        FailTranscription {
            phase: Phase,
            reason: String,
        },
        /// Records that a user plays the recording.
        PlayRecording {
            phase: Phase,
            by: String,
        },

        // End.
        /// Records that the service ended the call or found that it has ended.
        EndCall {
            /// Derived from the state of the call if absent.
            outcome: Option<Outcome>,
            ended_by: EndedBy,
            /// Seconds of conversation.
            duration_s: Option<u32>,
            /// Why the call failed.
            reason: Option<String>,
        },
        /// Records the end that the provider's record shows and no callback reported. Has no effect on a call that has
        /// ended.
        EndFromRecord {
            /// Whether `at` is the provider's time.
            clock: ClockSource,
            /// Derived from the state of the call if absent.
            outcome: Option<Outcome>,
            /// Seconds of conversation.
            duration_s: Option<u32>,
            /// What the record says beyond the outcome.
            reason: Option<String>,
            /// Where the record was found.
            from: String,
        },
        Summarize {
            summary: PersonalText,
            outcome: String,
            /// `high`, `medium`, `low`, `none`.
            interest: Option<String>,
            next_action: Option<PersonalText>,
            /// Whether the objective was reached.
            goal_achieved: Option<bool>,
            /// 0 to 100.
            lead_score: Option<u8>,
            /// The caller's.
            sentiment: Option<Sentiment>,
            model: String,
        },
        /// Records that the person asked not to be called again.
        RequestDoNotCall {},
        /// Records that the wish not to be called again was passed on to the suppression list.
        HonorOptOut {
            /// Whether the number is suppressed.
            suppressed: bool,
        },
        IncurCost {
            item: String,
            /// In `unit`.
            quantity: f64,
            /// `minute`, `token`, ...
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
        Grade {
            grade: Grade,
            by: String,
        },
        ClearGrade {
            by: String,
        },
        /// Notes what the AI should have said.
        NoteCorrection {
            note: PersonalText,
            /// Absent if the correction is about the whole call.
            turn: Option<u32>,
            by: String,
        },
        WithdrawCorrection {
            correction: u32,
            by: String,
        },
        /// Sets the disposition of the call.
        Resolve {
            /// `resolved`, `callback_needed`, `spam`, ...
            disposition: String,
            /// Display text of the disposition.
            label: Option<String>,
            by: String,
        },
        /// Withdraws the disposition.
        Reopen {
            by: String,
        },
        /// Edits details of the call. An absent field keeps its value; an empty text clears it.
        EditDetails {
            caller_name: Option<PersonalText>,
            caller_number: Option<PersonalText>,
            notes: Option<PersonalText>,
            by: String,
        },
        /// Omits the call from lists. This is what "delete" does.
        Hide {
            by: String,
        },
        /// Destroys every personal value of the call.
        Erase {
            /// Legal ground: an article of a law, the number of a request. No personal values.
            ground: String,
            by: String,
        },

        // Provider record.
        /// Records the comparison of the call with the provider's own record.
        Reconcile {
            complete: bool,
            missing: Vec<String>,
        },
        /// Records that the provider sent a callback that says nothing new.
        RecordRepetition {
            /// The callback: `call-status`, ...
            kind: String,
        },
        /// Records that a job or request for the call failed.
        FailEffect {
            /// `start_recording`, `archive_recording`, `transcribe`, `summarize`, ...
            effect: String,
            /// Distinguishes several effects of one kind: a recording, a phase. No personal values.
            item: String,
            /// No personal values.
            reason: String,
            /// From 1.
            attempt: u32,
            /// Time of the next attempt; absent if there is none.
            retry_at: Option<Timestamp>,
        },
        /// Requests another attempt of an effect whose attempts have ended.
        RetryEffect {
            /// As in `FailEffect`.
            effect: String,
            /// As in `FailEffect`.
            item: String,
            by: String,
        },
        /// Records that missing data was completed from the provider's record.
        RepairGap {
            from: String,
        },
    }
}
