//! How calls begin, and what becomes of their sound, as the provider tells it.

use super::{heard_at, news, report};
use crate::call::command::{
    HearInbound, HearOther, HearOutbound, HearRecording, HearTranscription, HearVoicemail, RecordingStatus, Routed,
};
use crate::call::event::{CallEvent, PersonalText};
use crate::call::moment::Moment;
use crate::call::start::Start;
use crate::call::state::Call;
use crate::call::value::{Direction, ParticipantRole, Phase, Segment, VoicemailReason};
use crate::{Personal, Timestamp};

/// The place of the greeting in the conversation.
const GREETING: u32 = 1;

/// Somebody calls one of our numbers. Once: a repetition is answered with the same TwiML and says nothing new.
pub(super) fn inbound(call: &Call, heard: &HearInbound) -> Vec<CallEvent> {
    if call.started.is_some() {
        return Vec::new();
    }
    let start = Start {
        at: Moment::new(heard.at, heard.told),
        direction: Some(Direction::Inbound),
        call_sid: heard.call_sid.clone(),
        from: heard.from.clone(),
        to: heard.to.clone(),
        caller_name: heard.caller_name.clone(),
        agent: Some(heard.agent.clone()),
        number: Some(heard.number.clone()),
        attestation: heard.attestation.clone(),
    };
    let mut events = vec![start.into_event(false)];
    let at = heard.at;
    match &heard.routed {
        Routed::Answered {
            greeting,
            persona_version,
            discloses_ai,
            consent_notice,
        } => {
            events.extend(discloses_ai.then_some(CallEvent::AiDisclosed { at }));
            events.extend(consent_notice.then_some(CallEvent::ConsentNoticePlayed { at }));
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
pub(super) fn outbound(call: &Call, heard: &HearOutbound) -> Vec<CallEvent> {
    if call.started.is_some() {
        return Vec::new();
    }
    let start = Start {
        at: Moment::new(heard.at, heard.told),
        direction: Some(Direction::Outbound),
        call_sid: heard.call_sid.clone(),
        from: heard.from.clone(),
        to: heard.to.clone(),
        caller_name: None,
        agent: heard.agent.clone(),
        number: heard.number.clone(),
        attestation: None,
    };
    let joined = CallEvent::ParticipantJoined {
        at: heard.at,
        told: heard.told,
        call_sid: heard.call_sid.clone(),
        role: ParticipantRole::Agent,
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
pub(super) fn voicemail(call: &Call, heard: &HearVoicemail) -> Vec<CallEvent> {
    let at = heard.at;
    let route = voicemail_route(call, at, heard.reason.unwrap_or(VoicemailReason::Requested));
    // Silence until the time-out leaves a recording of no length, which is no message.
    let message = heard
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
    news(call, heard_at(at), &heard.origin, facts)
}

/// What became of a recording.
pub(super) fn recording(call: &Call, heard: &HearRecording) -> Vec<CallEvent> {
    let (at, phase, recording_sid) = (heard.at, heard.phase, heard.recording_sid.clone());
    let unavailable = |reason: &str| CallEvent::RecordingUnavailable {
        at,
        phase,
        recording_sid: Some(heard.recording_sid.clone()),
        reason: reason.to_owned(),
        attempts: 0,
    };
    let fact = match (heard.status, &heard.url) {
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
            duration_s: heard.duration_s,
            channels: heard.channels,
        },
        (RecordingStatus::Completed, None) => unavailable("no address"),
        (RecordingStatus::Absent, _) => unavailable("absent"),
        (RecordingStatus::Failed, _) => unavailable("failed"),
    };
    news(call, heard_at(at), &heard.origin, vec![fact])
}

/// Twilio transcribed a recording, or could not. A blank text is no transcript.
pub(super) fn transcription(call: &Call, heard: &HearTranscription) -> Vec<CallEvent> {
    let (at, phase) = (heard.at, heard.phase);
    let failed = |reason: &str| CallEvent::TranscriptionFailed {
        at,
        phase,
        reason: reason.to_owned(),
    };
    let fact = if heard.status == "completed" {
        heard.text.as_ref().and_then(|text| segments(text, phase)).map_or_else(
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
    news(call, heard_at(at), &heard.origin, vec![fact])
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
pub(super) fn other(call: &Call, heard: &HearOther) -> Vec<CallEvent> {
    let at = Moment::new(heard.at, heard.told);
    let fact = report(
        at,
        &heard.kind,
        heard.call_sid.as_deref(),
        heard.sequence_number,
        heard.status.as_str(),
    );
    news(call, at, &heard.origin, vec![fact])
}
