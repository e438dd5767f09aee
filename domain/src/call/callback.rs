//! Callbacks of the provider, parsed: one command type for each kind.
//!
//! A callback holds what Twilio sent. [`super::CallEvent`]s state what it means.
//!
//! `at` is the callback's `Timestamp` if `clock` is `Provider`, else the time at which the service received it.

use super::event::PersonalText;
use super::value::{AnsweredBy, ClockSource, Direction, ParticipantRole, Phase, VoicemailReason};
use crate::{AgentId, Timestamp};

/// What a callback says about the call it belongs to. It is enough to start the stream if this is the first callback.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The first leg: the callback's `ParentCallSid`, else its `CallSid`.
    pub call_sid: Option<String>,
    pub direction: Option<Direction>,
    /// The caller's number in the conversation, not that of another leg.
    pub from: Option<PersonalText>,
    /// The called number in the conversation, not that of another leg.
    pub to: Option<PersonalText>,
    pub caller_name: Option<PersonalText>,
    pub agent: Option<AgentId>,
    /// The tenant's number, E.164.
    pub number: Option<String>,
}

/// The leg of a status callback, in relation to the conversation. It is known from the callback's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// The leg whose end is the end of the call: the caller's leg of an inbound call, the dialed leg of an outbound call.
    Conversation,
    /// The same leg for an attempt of a queued call. A failure to connect does not end the call: another attempt may follow.
    Attempt,
    /// Any other leg: a team member's phone, a transfer target. Its end does not end the call.
    Participant(ParticipantRole),
}

/// The response to an inbound call.
#[derive(Clone, Debug, PartialEq)]
pub enum Routed {
    /// The AI greets the caller. The greeting is turn 1.
    Answered {
        greeting: PersonalText,
        /// 0 is the base prompt alone.
        persona_version: u32,
        /// The sentence that discloses the AI, if it is spoken before the greeting.
        disclosure: Option<String>,
        /// The sentence about the recording, if it is spoken before the greeting.
        consent_notice: Option<String>,
    },
    Voicemail(VoicemailReason),
}

/// The `inbound` webhook: a call to one of the tenant's numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleInbound {
    pub at: Timestamp,
    pub clock: ClockSource,
    pub call_sid: String,
    pub from: PersonalText,
    pub to: PersonalText,
    pub caller_name: Option<PersonalText>,
    pub agent: AgentId,
    /// The called number of the tenant, E.164. Absent when another address was called.
    pub number: Option<String>,
    /// STIR/SHAKEN result: Twilio's `StirVerstat`.
    pub attestation: Option<String>,
    pub routed: Routed,
}

/// The `voice` webhook: a team member calls out from the browser.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleOutbound {
    pub at: Timestamp,
    pub clock: ClockSource,
    /// The leg of the browser.
    pub call_sid: String,
    /// The client name of the browser.
    pub from: PersonalText,
    /// The number to call.
    pub to: PersonalText,
    /// The agent whose settings apply, if one was chosen.
    pub agent: Option<AgentId>,
    /// The tenant's number that the callee sees, E.164.
    pub number: Option<String>,
}

/// The `call-status` and `inbound-status` webhooks: the status of a leg.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleStatus {
    pub at: Timestamp,
    pub clock: ClockSource,
    /// The callback: `call-status`, `inbound-status`.
    pub kind: String,
    pub call_sid: String,
    pub leg: Leg,
    /// Twilio's `CallStatus`: `initiated`, `ringing`, `in-progress`, `completed`, `busy`, `no-answer`, `failed`, `canceled`.
    pub status: String,
    /// The provider's own count, from 0.
    pub sequence_number: Option<u32>,
    pub answered_by: Option<AnsweredBy>,
    /// Twilio's `CallDuration`, in seconds. Not `Duration`, which counts minutes.
    pub duration_s: Option<u32>,
    /// Why the call failed: SIP response or provider error code. No personal values.
    pub reason: Option<String>,
    pub origin: Origin,
}

/// Twilio's status of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingStatus {
    InProgress,
    Completed,
    /// There was nothing to record.
    Absent,
    Failed,
}

/// The `recording-status` webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleRecording {
    pub at: Timestamp,
    /// From the callback's URL.
    pub phase: Phase,
    pub recording_sid: String,
    pub status: RecordingStatus,
    pub url: Option<String>,
    pub duration_s: Option<u32>,
    /// 1 or 2.
    pub channels: Option<u32>,
    pub origin: Origin,
}

/// A voicemail message, from the `voicemail-done` webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoicemailMessage {
    pub recording_sid: String,
    /// The recording may become available there only after a few seconds.
    pub url: String,
    pub duration_s: Option<u32>,
}

/// The `voicemail` webhook (the beep is about to be played; no message yet) and the `voicemail-done` webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleVoicemail {
    pub at: Timestamp,
    /// From the callback's URL.
    pub reason: Option<VoicemailReason>,
    pub message: Option<VoicemailMessage>,
    pub origin: Origin,
}

/// The `transcription-status` webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleTranscription {
    pub at: Timestamp,
    /// From the callback's URL.
    pub phase: Phase,
    /// Twilio's `TranscriptionStatus`: `completed` or `failed`.
    pub status: String,
    /// A blank text is no transcript.
    pub text: Option<PersonalText>,
    pub origin: Origin,
}

/// The `conference-status` webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleConference {
    pub at: Timestamp,
    pub clock: ClockSource,
    /// Twilio's `StatusCallbackEvent`: `conference-start`, `conference-end`, `participant-join`, `participant-leave`, ...
    pub event: String,
    pub conference_sid: String,
    pub call_sid: Option<String>,
    /// The caller's if absent.
    pub role: Option<ParticipantRole>,
    /// The provider's own count.
    pub sequence_number: Option<u32>,
    pub origin: Origin,
}

/// The `amd-status` webhook: the result of answering machine detection, which runs during the call.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleAmd {
    pub at: Timestamp,
    pub call_sid: String,
    pub answered_by: AnsweredBy,
    pub origin: Origin,
}

/// What the caller said: the `ai-respond` webhook, or the service's own media stream.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleCallerTurn {
    pub at: Timestamp,
    /// Position in the conversation, if the callback's URL has it: then a repetition is recognized. Else the next free one.
    pub turn: Option<u32>,
    pub text: PersonalText,
    /// The recognizer's confidence, 0 to 1.
    pub confidence: Option<f64>,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// The recognizer: `twilio_gather`, `media_stream`, `typed`.
    pub source: String,
    pub origin: Origin,
}

/// Any other callback for a call, recorded as reported.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleOther {
    pub at: Timestamp,
    pub clock: ClockSource,
    pub kind: String,
    pub call_sid: Option<String>,
    /// The provider's own count.
    pub sequence_number: Option<u32>,
    /// The provider's status.
    pub status: String,
    pub origin: Origin,
}
