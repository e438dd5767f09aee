//! How calls begin, and what becomes of their sound, as the provider tells it.

use super::{received_at, news, report};
use crate::call::command::{
    HandleInbound, HandleOther, HandleOutbound, HandleRecording, HandleTranscription, HandleVoicemail, RecordingStatus, Routed,
};
use crate::call::event::{CallEvent, PersonalText};
use crate::call::observed_at::ObservedAt;
use crate::call::start::Start;
use crate::call::state::Call;
use crate::call::value::{Direction, ParticipantRole, Phase, Segment, VoicemailReason};
use crate::{Personal, Timestamp};

/// The place of the greeting in the conversation.
const GREETING: u32 = 1;

/// Somebody calls one of our numbers. Once: a repetition is answered with the same TwiML and says nothing new.
pub(super) fn inbound(call: &Call, callback: &HandleInbound) -> Vec<CallEvent> {
    if call.started.is_some() {
        return Vec::new();
    }
    let start = Start {
        at: ObservedAt::new(callback.at, callback.clock),
        direction: Some(Direction::Inbound),
        call_sid: callback.call_sid.clone(),
        from: callback.from.clone(),
        to: callback.to.clone(),
        caller_name: callback.caller_name.clone(),
        agent: Some(callback.agent.clone()),
        number: Some(callback.number.clone()),
        attestation: callback.attestation.clone(),
    };
    let mut events = vec![start.into_event(false)];
    let at = callback.at;
    match &callback.routed {
        Routed::Answered {
            greeting,
            persona_version,
            disclosure,
            consent_notice,
        } => {
            events.extend(disclosure.clone().map(|text| CallEvent::AiDisclosed { at, text }));
            events.extend(consent_notice.clone().map(|text| CallEvent::ConsentNoticePlayed { at, text }));
            events.push(CallEvent::AiTurn {
                at,
                turn: GREETING,
                text: greeting.clone(),
                persona_version: *persona_version,
                model: None,
                latency_ms: None,
                tokens: None,
            });
        }
        Routed::Voicemail(reason) => events.extend(voicemail_route(call, at, *reason)),
    }
    events
}

/// Somebody of ours calls out from the browser, whose leg is there from the first moment.
pub(super) fn outbound(call: &Call, callback: &HandleOutbound) -> Vec<CallEvent> {
    if call.started.is_some() {
        return Vec::new();
    }
    let start = Start {
        at: ObservedAt::new(callback.at, callback.clock),
        direction: Some(Direction::Outbound),
        call_sid: callback.call_sid.clone(),
        from: callback.from.clone(),
        to: callback.to.clone(),
        caller_name: None,
        agent: callback.agent.clone(),
        number: callback.number.clone(),
        attestation: None,
    };
    let joined = CallEvent::ParticipantJoined {
        at: callback.at,
        clock: callback.clock,
        call_sid: callback.call_sid.clone(),
        role: ParticipantRole::TeamMember,
        conference_sid: None,
    };
    vec![start.into_event(false), joined]
}

/// That the caller was sent to voicemail, unless that is known with a reason at least as good.
pub(super) fn voicemail_route(call: &Call, at: Timestamp, reason: VoicemailReason) -> Option<CallEvent> {
    let known = call.voicemail.is_some_and(|known| known <= reason);
    (!known).then_some(CallEvent::RoutedToVoicemail { at, reason })
}

/// The caller is at the voicemail, or left a message.
pub(super) fn voicemail(call: &Call, callback: &HandleVoicemail) -> Vec<CallEvent> {
    let at = callback.at;
    let route = voicemail_route(call, at, callback.reason.unwrap_or(VoicemailReason::Requested));
    // Silence until the time-out leaves a recording of no length, which is no message.
    let message = callback
        .message
        .as_ref()
        .filter(|message| message.duration_s != Some(0))
        .map(|message| CallEvent::RecordingReady {
            at,
            phase: Phase::Voicemail,
            recording_sid: message.recording_sid.clone(),
            url: message.url.clone(),
            duration_s: message.duration_s,
            channels: None,
        });
    let facts = route.into_iter().chain(message).collect();
    news(call, received_at(at), &callback.origin, facts)
}

/// What became of a recording.
pub(super) fn recording(call: &Call, callback: &HandleRecording) -> Vec<CallEvent> {
    let (at, phase, recording_sid) = (callback.at, callback.phase, callback.recording_sid.clone());
    let unavailable = |reason: &str| CallEvent::RecordingUnavailable {
        at,
        phase,
        recording_sid: Some(callback.recording_sid.clone()),
        reason: reason.to_owned(),
        attempts: 0,
    };
    let fact = match (callback.status, &callback.url) {
        (RecordingStatus::InProgress, _) => CallEvent::RecordingStarted {
            at,
            phase,
            recording_sid,
        },
        (RecordingStatus::Completed, Some(url)) => CallEvent::RecordingReady {
            at,
            phase,
            recording_sid,
            url: url.clone(),
            duration_s: callback.duration_s,
            channels: callback.channels,
        },
        (RecordingStatus::Completed, None) => unavailable("no address"),
        (RecordingStatus::Absent, _) => unavailable("absent"),
        (RecordingStatus::Failed, _) => unavailable("failed"),
    };
    news(call, received_at(at), &callback.origin, vec![fact])
}

/// Twilio transcribed a recording, or could not. A blank text is no transcript.
pub(super) fn transcription(call: &Call, callback: &HandleTranscription) -> Vec<CallEvent> {
    let (at, phase) = (callback.at, callback.phase);
    let failed = |reason: &str| CallEvent::TranscriptionFailed {
        at,
        phase,
        reason: reason.to_owned(),
    };
    let fact = if callback.status == "completed" {
        callback.text.as_ref().and_then(|text| segments(text, phase)).map_or_else(
            || failed("empty"),
            |segments| CallEvent::TranscriptReady {
                at,
                phase,
                segments,
                engine: "twilio".to_owned(),
            },
        )
    } else {
        failed("the provider could not transcribe it")
    };
    news(call, received_at(at), &callback.origin, vec![fact])
}

/// Twilio tells the words of a recording without saying who spoke when; only one person speaks on a voicemail message,
/// and of the other phases nobody knows.
fn segments(text: &PersonalText, phase: Phase) -> Option<Personal<Vec<Segment>>> {
    let words = match text {
        Personal::Known(words) => words,
        Personal::Sealed(bytes) => return Some(Personal::Sealed(bytes.clone())),
        Personal::Erased => return Some(Personal::Erased),
    };
    let segment = Segment {
        speaker: if phase == Phase::Voicemail {
            "caller"
        } else {
            "speaker_1"
        }
        .to_owned(),
        text: words.clone(),
        start_ms: None,
        end_ms: None,
        sentiment: None,
    };
    (!words.trim().is_empty()).then(|| Personal::Known(vec![segment]))
}

/// Any other callback.
pub(super) fn other(call: &Call, callback: &HandleOther) -> Vec<CallEvent> {
    let at = ObservedAt::new(callback.at, callback.clock);
    let fact = report(
        at,
        &callback.kind,
        callback.call_sid.as_deref(),
        callback.sequence_number,
        callback.status.as_str(),
    );
    news(call, at, &callback.origin, vec![fact])
}
