//! What the provider tells about a call: one type for each kind of callback, as the door has understood it.
//!
//! A callback says what Twilio said and nothing more. What it means is for [`super::CallEvent`]s to state.

use super::event::PersonalText;
use super::value::{AnsweredBy, ClockSource, Direction, ParticipantRole, Phase, VoicemailReason};
use crate::{AgentId, Timestamp};

/// What a callback tells in passing about the call it belongs to: enough to begin the stream when nothing else was heard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// Twilio's name of the first leg: the callback's `ParentCallSid`, else its `CallSid`.
    pub call_sid: Option<String>,
    /// Who called whom, seen from us.
    pub direction: Option<Direction>,
    /// The caller's number, of the conversation and not of some other leg.
    pub from: Option<PersonalText>,
    /// The called number, of the conversation and not of some other leg.
    pub to: Option<PersonalText>,
    /// The caller's name, where the network told one.
    pub caller_name: Option<PersonalText>,
    /// The agent that answers or speaks.
    pub agent: Option<AgentId>,
    /// The number of ours, E.164.
    pub number: Option<String>,
}

/// Which leg a status callback is about, seen from the conversation. The door knows it from the callback's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// The leg whose fate is the call's: the caller's of an inbound call, the dialled one of an outbound call.
    Conversation,
    /// The same, for an attempt of a queued call: failing to connect does not end the call, for it may be tried again.
    Attempt,
    /// Any other leg: the agent's browser, a transfer's target. Its end is not the call's.
    Participant(ParticipantRole),
}

/// What an inbound call was answered with.
#[derive(Clone, Debug, PartialEq)]
pub enum Routed {
    /// The AI greets the caller: this is turn 1.
    Answered {
        /// The words of the greeting.
        greeting: PersonalText,
        /// The persona that speaks; 0 is the base prompt alone.
        persona_version: u32,
        /// The sentence that discloses the AI, if it is spoken before the greeting.
        disclosure: Option<String>,
        /// The sentence about the recording, if it is spoken before the greeting.
        consent_notice: Option<String>,
    },
    /// The caller may leave a message.
    Voicemail(VoicemailReason),
}

/// The `inbound` webhook: somebody calls one of our numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleInbound {
    /// When.
    pub at: Timestamp,
    /// Whether `at` came from the provider's clock.
    pub clock: ClockSource,
    /// The caller's leg.
    pub call_sid: String,
    /// The caller's number.
    pub from: PersonalText,
    /// The called number.
    pub to: PersonalText,
    /// The caller's name, where the network told one.
    pub caller_name: Option<PersonalText>,
    /// The agent that answers.
    pub agent: AgentId,
    /// The number of ours that is called, E.164.
    pub number: String,
    /// STIR/SHAKEN: Twilio's `StirVerstat`.
    pub attestation: Option<String>,
    /// What the webhook is answered with.
    pub routed: Routed,
}

/// The `voice` webhook: somebody of ours calls out from the browser.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleOutbound {
    /// When.
    pub at: Timestamp,
    /// Whether `at` came from the provider's clock.
    pub clock: ClockSource,
    /// The browser's leg.
    pub call_sid: String,
    /// The caller: the browser's client name.
    pub from: PersonalText,
    /// The number to call.
    pub to: PersonalText,
    /// The agent whose settings apply, where one is chosen.
    pub agent: Option<AgentId>,
    /// Our number that is shown to the called, E.164.
    pub number: Option<String>,
}

/// The `call-status` and `inbound-status` webhooks: what became of a leg.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleStatus {
    /// When: the callback's `Timestamp`, else when it was heard.
    pub at: Timestamp,
    /// Whether `at` came from the provider's clock.
    pub clock: ClockSource,
    /// Which callback, for the record: `call-status`, `inbound-status`.
    pub kind: String,
    /// The leg.
    pub call_sid: String,
    /// What the leg is to the conversation.
    pub leg: Leg,
    /// Twilio's word: `initiated`, `ringing`, `in-progress`, `completed`, `busy`, `no-answer`, `failed`, `canceled`.
    pub status: String,
    /// The provider's own count, from 0.
    pub sequence_number: Option<u32>,
    /// Who picked up, where somebody looked.
    pub answered_by: Option<AnsweredBy>,
    /// Seconds: `CallDuration`, never `Duration`, which counts minutes.
    pub duration_s: Option<u32>,
    /// Why it failed: the SIP response or error code. Never a personal value.
    pub reason: Option<String>,
    /// What else the callback says about the call.
    pub origin: Origin,
}

/// What Twilio says about a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingStatus {
    /// `in-progress`
    InProgress,
    /// `completed`
    Completed,
    /// `absent`: there was nothing to record.
    Absent,
    /// `failed`
    Failed,
}

/// The `recording-status` webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleRecording {
    /// When it was heard.
    pub at: Timestamp,
    /// Which part of the call, as our callback address says.
    pub phase: Phase,
    /// Twilio's name of the recording.
    pub recording_sid: String,
    /// What became of it.
    pub status: RecordingStatus,
    /// Where it can be fetched.
    pub url: Option<String>,
    /// Its length in seconds.
    pub duration_s: Option<u32>,
    /// 1 or 2.
    pub channels: Option<u32>,
    /// What else the callback says about the call.
    pub origin: Origin,
}

/// A message that was left, as the `voicemail-done` webhook tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoicemailMessage {
    /// Twilio's name of the recording.
    pub recording_sid: String,
    /// Where it can be fetched, perhaps only in a moment.
    pub url: String,
    /// Its length in seconds.
    pub duration_s: Option<u32>,
}

/// The `voicemail` webhook (the caller is about to hear the beep; no message) and the `voicemail-done` webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleVoicemail {
    /// When it was heard.
    pub at: Timestamp,
    /// Why the caller is there, as our callback address says.
    pub reason: Option<VoicemailReason>,
    /// The message, if one was left.
    pub message: Option<VoicemailMessage>,
    /// What else the callback says about the call.
    pub origin: Origin,
}

/// The `transcription-status` webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleTranscription {
    /// When it was heard.
    pub at: Timestamp,
    /// Which part of the call, as our callback address says.
    pub phase: Phase,
    /// Twilio's word: `completed` or `failed`.
    pub status: String,
    /// The words. A blank text is no transcript.
    pub text: Option<PersonalText>,
    /// What else the callback says about the call.
    pub origin: Origin,
}

/// The `conference-status` webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleConference {
    /// When: the callback's `Timestamp`, else when it was heard.
    pub at: Timestamp,
    /// Whether `at` came from the provider's clock.
    pub clock: ClockSource,
    /// Twilio's `StatusCallbackEvent`: `conference-start`, `conference-end`, `participant-join`, `participant-leave`, ...
    pub event: String,
    /// Twilio's name of the conference.
    pub conference_sid: String,
    /// The leg, where one is named.
    pub call_sid: Option<String>,
    /// Whose leg it is; `None` makes it the caller's.
    pub role: Option<ParticipantRole>,
    /// The provider's own count.
    pub sequence_number: Option<u32>,
    /// What else the callback says about the call.
    pub origin: Origin,
}

/// The `amd-status` webhook: who picked up, found out while the call goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleAmd {
    /// When it was heard.
    pub at: Timestamp,
    /// The leg.
    pub call_sid: String,
    /// Who picked up.
    pub answered_by: AnsweredBy,
    /// What else the callback says about the call.
    pub origin: Origin,
}

/// What the caller said: the `ai-respond` webhook, or our own media stream.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleCallerTurn {
    /// When.
    pub at: Timestamp,
    /// The place in the conversation, where the callback's address says it: then a repetition is known as such. The next
    /// free place otherwise.
    pub turn: Option<u32>,
    /// The words.
    pub text: PersonalText,
    /// How sure the recogniser is, 0 to 1.
    pub confidence: Option<f64>,
    /// When the words began.
    pub started_at: Option<Timestamp>,
    /// When the words ended.
    pub ended_at: Option<Timestamp>,
    /// Which recogniser: `twilio_gather`, `media_stream`, `typed`.
    pub source: String,
    /// What else the callback says about the call.
    pub origin: Origin,
}

/// Any other callback of a call, kept as it was reported.
#[derive(Clone, Debug, PartialEq)]
pub struct HandleOther {
    /// When: the callback's `Timestamp`, else when it was heard.
    pub at: Timestamp,
    /// Whether `at` came from the provider's clock.
    pub clock: ClockSource,
    /// Which callback.
    pub kind: String,
    /// The leg, where one is named.
    pub call_sid: Option<String>,
    /// The provider's own count.
    pub sequence_number: Option<u32>,
    /// The provider's word.
    pub status: String,
    /// What else the callback says about the call.
    pub origin: Origin,
}
