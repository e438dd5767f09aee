//! What a call can be ordered to do, or told that it has done.
//!
//! Commands named `Hear...` carry what the provider told us: they are never refused, whatever their order, repetition or
//! delay. All others are somebody's wish, and can be refused with a [`super::CallError`].
//!
//! Every command carries `at`, the moment it is about. Where the provider's own clock told that moment, the command says
//! so (`told`), and the events repeat it.

use super::event::PersonalText;
use super::value::{
    CallClass, DialEvidence, DialFailure, Direction, EndedBy, Grade, Outcome, Phase, Purpose, RulesetVersion, Segment,
    Sentiment, TokenCount, VoicemailReason,
};
use crate::{AgentId, CallId, Personal, Timestamp};
use std::collections::BTreeMap;

pub use super::callback::{
    HandleAmd, HandleCallerTurn, HandleConference, HandleInbound, HandleOther, HandleOutbound, HandleRecording, HandleStatus,
    HandleTranscription, HandleVoicemail, Leg, Origin, RecordingStatus, Routed, VoicemailMessage,
};

/// A call that was made elsewhere and is written down by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateManually {
    /// When the call began.
    pub at: Timestamp,
    /// Names the first leg: the provider's name where known, else the call's own id.
    pub call_sid: String,
    /// Who called whom.
    pub direction: Direction,
    /// The caller's number.
    pub from: PersonalText,
    /// The called number.
    pub to: PersonalText,
    /// The caller's name.
    pub caller_name: Option<PersonalText>,
    /// The agent that spoke.
    pub agent: Option<AgentId>,
    /// The number of ours, E.164.
    pub number: Option<String>,
    /// How it went; still open, if absent.
    pub outcome: Option<Outcome>,
    /// Seconds talked.
    pub duration_s: Option<u32>,
    /// Free notes.
    pub notes: Option<PersonalText>,
    /// Who.
    pub by: String,
}

/// A call to be queued. The fields are those of [`super::CallEvent::CallQueued`].
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
                /// When.
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

            /// The moment that the command is about.
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
        /// Somebody calls one of our numbers.
        HandleInbound,
        /// Somebody of ours calls out from the browser.
        HandleOutbound,
        /// What became of a leg.
        HandleStatus,
        /// What became of a recording.
        HandleRecording,
        /// The caller is at the voicemail, or left a message.
        HandleVoicemail,
        /// Twilio transcribed a recording, or could not.
        HandleTranscription,
        /// What happened in the conference.
        HandleConference,
        /// Who picked up.
        HandleAmd,
        /// What the caller said.
        HandleCallerTurn,
        /// Any other callback.
        HandleOther,
        /// Write down a call that was made elsewhere.
        CreateManually,
        /// Queue a call.
        Enqueue,
    }
    spelled {
        // Before.
        /// Take the call out of the queue.
        CancelQueued {
            /// Why.
            reason: String,
            /// Who asks for it.
            by: String,
        },
        /// The rules allow the call now.
        PermitDial {
            rules: Vec<String>,
            ruleset: RulesetVersion,
            zones: Vec<String>,
            lists: Vec<String>,
            consent: Option<String>,
            engagement: Option<String>,
            valid_until: Timestamp,
        },
        /// A rule forbids the call.
        RefuseDial {
            rule: String,
            reason: String,
            ruleset: RulesetVersion,
            because: BTreeMap<String, String>,
            r#final: bool,
        },
        /// Twilio was asked to place the call, and named the leg.
        AttemptDial {
            /// From 1.
            attempt: u32,
            call_sid: String,
            evidence: DialEvidence,
            queue_ms: Option<u32>,
        },
        /// The attempt came to nothing.
        FailDial {
            /// From 1.
            attempt: u32,
            reason: String,
            kind: DialFailure,
            counts_as_attempt: bool,
            /// Time of the next attempt; none follows if absent.
            retry_at: Option<Timestamp>,
        },

        // Talk.
        /// The caller is sent to voicemail.
        RouteToVoicemail {
            /// Why.
            reason: VoicemailReason,
        },
        /// The caller heard that an AI speaks.
        DiscloseAi {
            /// The sentence that was spoken. A fixed text of ours: it stays readable after an erasure.
            text: String,
        },
        /// The caller was informed that the call is recorded.
        PlayConsentNotice {
            /// The sentence that was spoken. A fixed text of ours: it stays readable after an erasure.
            text: String,
        },
        /// The AI says something.
        SpeakAi {
            /// The place in the conversation; the next free one, if absent.
            turn: Option<u32>,
            /// The words.
            text: PersonalText,
            /// The persona that speaks; 0 is the base prompt alone.
            persona_version: u32,
            /// The language model; absent for fixed texts.
            model: Option<String>,
            /// From the caller's last word to our first, in milliseconds.
            latency_ms: Option<u32>,
            /// What the model read and wrote.
            tokens: Option<TokenCount>,
        },
        /// The caller cut the AI short.
        InterruptAi {
            /// The turn that was cut.
            turn: u32,
            /// How much of it was heard, in milliseconds.
            heard_ms: u32,
            /// The words that were heard.
            heard_text: PersonalText,
        },
        /// The recogniser was not sure enough.
        ReportUnclearSpeech {
            /// How sure it was, 0 to 1.
            confidence: f64,
        },
        /// The silent caller is asked whether they are there.
        PromptSilence {},
        /// A value was collected.
        CollectField {
            /// Its name.
            field: String,
            /// Its value.
            value: PersonalText,
            /// Whether it is well-formed for its kind.
            valid: bool,
        },
        /// A rule wants a person on the line.
        TriggerEscalation {
            /// The rule.
            rule: String,
        },
        /// A rule kept something from being said.
        TripGuardrail {
            /// The rule.
            rule: String,
        },
        /// A model did not answer.
        ReportAiFailure {
            /// Which.
            provider: String,
            /// Why, in words free of personal values.
            reason: String,
        },

        // People.
        /// A user listens in, muted.
        JoinListener {
            /// Who.
            user: String,
        },
        /// A user stops listening.
        LeaveListener {
            /// Who.
            user: String,
        },
        /// A user asks to take the call over, or is asked to.
        RequestTakeover {
            /// Who shall take it over.
            user: String,
        },
        /// A user agrees to take the call over.
        AcceptTakeover {
            /// Who.
            user: String,
        },
        /// A user declines to take the call over.
        DeclineTakeover {
            /// Who.
            user: String,
        },
        /// Twilio was asked to call somebody into the conversation, and named the leg.
        CallParticipant {
            /// The leg.
            call_sid: String,
            /// The seat to which they are called.
            participant: u32,
        },
        /// A user speaks now.
        TakeOver {
            /// Who.
            user: String,
        },
        /// Whoever took the call over is gone, and the caller waits for them in vain.
        FailTakeover {
            /// Who.
            user: String,
            /// Why.
            reason: String,
        },
        /// The caller shall hear music.
        PutOnHold {
            /// Who does it.
            user: String,
        },
        /// The caller shall hear people again.
        TakeOffHold {
            /// Who does it.
            user: String,
        },
        /// A transfer begins.
        StartTransfer {
            /// Whither.
            to: PersonalText,
        },
        /// The transfer reached its target.
        CompleteTransfer {
            /// Whither.
            to: PersonalText,
        },
        /// The transfer did not reach its target.
        FailTransfer {
            /// Whither.
            to: PersonalText,
            /// Why.
            reason: String,
        },
        /// Keypad digits are sent.
        SendDigits {
            /// The digits: `0`-`9`, `*`, `#`, `w` and `W` for pauses.
            digits: PersonalText,
        },

        // Sound.
        /// Twilio was asked to record, and named the recording.
        StartRecording {
            /// Which part of the call.
            phase: Phase,
            /// Twilio's name of the recording.
            recording_sid: String,
        },
        /// Twilio was asked to pause.
        PauseRecording {
            /// Which part of the call.
            phase: Phase,
            /// Twilio's name of the recording.
            recording_sid: String,
        },
        /// Twilio was asked to go on.
        ResumeRecording {
            /// Which part of the call.
            phase: Phase,
            /// Twilio's name of the recording.
            recording_sid: String,
        },
        /// We have the recording.
        ArchiveRecording {
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
        GiveUpRecording {
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
        StoreTranscript {
            /// Which part of the call.
            phase: Phase,
            /// Who said what; at least one segment with words.
            segments: Personal<Vec<Segment>>,
            /// What made it: `conversation`, or a model's name.
            engine: String,
        },
        /// The words of a phase shall be written down, or written down again.
        RequestTranscription {
            /// Which part of the call.
            phase: Phase,
            /// Who asks for it.
            by: String,
        },
        /// The words of a phase could not be had.
        FailTranscription {
            /// Which part of the call.
            phase: Phase,
            /// Why.
            reason: String,
        },
        /// Somebody listens to the recording.
        PlayRecording {
            /// Which part of the call.
            phase: Phase,
            /// Who.
            by: String,
        },

        // End.
        /// One of ours ended the call, or found it over.
        EndCall {
            /// How it went; from what is known of the call, if absent.
            outcome: Option<Outcome>,
            /// Who ended it.
            ended_by: EndedBy,
            /// Seconds talked, where known.
            duration_s: Option<u32>,
            /// Why it failed.
            reason: Option<String>,
        },
        /// The call in a few words.
        Summarize {
            /// The words.
            summary: PersonalText,
            /// What came of it.
            outcome: String,
            /// `high`, `medium`, `low`, `none`.
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
        RequestDoNotCall {},
        /// Something was paid for.
        IncurCost {
            /// What.
            item: String,
            /// How much of it, in `unit`.
            quantity: f64,
            /// `minute`, `token`, ...
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
        /// Judge the call.
        Grade {
            /// The judgement.
            grade: Grade,
            /// Who.
            by: String,
        },
        /// Take the judgement back.
        ClearGrade {
            /// Who.
            by: String,
        },
        /// Write what should have been said.
        NoteCorrection {
            /// The note.
            note: PersonalText,
            /// The turn it is about; the whole call, if absent.
            turn: Option<u32>,
            /// Who.
            by: String,
        },
        /// Take a correction back.
        WithdrawCorrection {
            /// Which one.
            correction: u32,
            /// Who.
            by: String,
        },
        /// Decide what became of the call.
        Resolve {
            /// `resolved`, `callback_needed`, `spam`, ...
            disposition: String,
            /// The same for people.
            label: Option<String>,
            /// Who.
            by: String,
        },
        /// Take that decision back.
        Reopen {
            /// Who.
            by: String,
        },
        /// Correct details by hand. What is absent stays as it was.
        EditDetails {
            /// The caller's name.
            caller_name: Option<PersonalText>,
            /// The caller's number.
            caller_number: Option<PersonalText>,
            /// Free notes.
            notes: Option<PersonalText>,
            /// Who.
            by: String,
        },
        /// Leave the call out of lists.
        Hide {
            /// Who.
            by: String,
        },
        /// Destroy every personal value of the call.
        Erase {
            /// On what ground: a law's article, a request's number. Never a personal value.
            ground: String,
            /// Who.
            by: String,
        },

        // Truth.
        /// The call was compared with the provider's own record.
        Reconcile {
            /// Whether nothing was missing.
            complete: bool,
            /// What was missing.
            missing: Vec<String>,
        },
        /// Something that we tried to do for the call did not come about.
        FailEffect {
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
        /// Something missing is filled in from the provider's record.
        RepairGap {
            /// Where it comes from.
            from: String,
        },
    }
}
