//! Callbacks that start a call or report a recording, a voicemail message or a transcription.

use super::{new_facts, received_at, report};
use crate::call::command::{
    HandleInbound, HandleOther, HandleOutbound, HandleRecording, HandleTranscription, HandleVoicemail, RecordingStatus,
    Routed,
};
use crate::call::event::{CallEvent, PersonalText};
use crate::call::observed_at::ObservedAt;
use crate::call::start::Start;
use crate::call::state::Call;
use crate::call::value::{Direction, ParticipantRole, Phase, Segment, VoicemailReason};
use crate::{Personal, Timestamp};

/// The turn number of the greeting.
const GREETING_TURN: u32 = 1;

/// The start of an inbound call. A repetition has no effect: the webhook is answered with the same TwiML.
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
        number: callback.number.clone(),
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
            events.extend(
                consent_notice
                    .clone()
                    .map(|text| CallEvent::ConsentNoticePlayed { at, text }),
            );
            events.push(CallEvent::AiTurn {
                at,
                turn: GREETING_TURN,
                text: greeting.clone(),
                persona_version: *persona_version,
                model: None,
                latency_ms: None,
                tokens: None,
                asks_to_confirm: None,
            });
        }
        Routed::Voicemail(reason) => events.extend(voicemail_route(call, at, *reason)),
    }
    events
}

/// The start of an outbound call from the browser. The leg of the browser joins at once.
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
        sequence_number: None,
    };
    vec![start.into_event(false), joined]
}

/// `RoutedToVoicemail`, unless a reason of at least the same rank is recorded.
pub(super) fn voicemail_route(call: &Call, at: Timestamp, reason: VoicemailReason) -> Option<CallEvent> {
    let known = call.voicemail.is_some_and(|known| known <= reason);
    (!known).then_some(CallEvent::RoutedToVoicemail { at, reason })
}

/// The voicemail webhooks.
pub(super) fn voicemail(call: &Call, callback: &HandleVoicemail) -> Vec<CallEvent> {
    let at = callback.at;
    let route = voicemail_route(call, at, callback.reason.unwrap_or(VoicemailReason::Requested));
    // A caller who stays silent until the time-out leaves a recording of zero seconds.
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
    new_facts(call, received_at(at), &callback.origin, facts)
}

/// The status of a recording.
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
    new_facts(call, received_at(at), &callback.origin, vec![fact])
}

/// A transcription by Twilio. A blank text counts as failed.
pub(super) fn transcription(call: &Call, callback: &HandleTranscription) -> Vec<CallEvent> {
    let (at, phase) = (callback.at, callback.phase);
    let failed = |reason: &str| CallEvent::TranscriptionFailed {
        at,
        phase,
        reason: reason.to_owned(),
    };
    let fact = if callback.status == "completed" {
        callback
            .text
            .as_ref()
            .and_then(|text| segments(text, phase))
            .map_or_else(
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
    new_facts(call, received_at(at), &callback.origin, vec![fact])
}

/// The transcript as one segment: Twilio gives neither speakers nor times. The speaker of a voicemail message is the caller;
/// in the other phases the speaker is unknown.
fn segments(text: &PersonalText, phase: Phase) -> Option<Personal<Vec<Segment>>> {
    let text = match text {
        Personal::Known(text) => text,
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
        text: text.clone(),
        start_ms: None,
        end_ms: None,
        sentiment: None,
    };
    (!text.trim().is_empty()).then(|| Personal::Known(vec![segment]))
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
    new_facts(call, at, &callback.origin, vec![fact])
}
