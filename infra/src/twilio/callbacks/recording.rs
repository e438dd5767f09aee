//! `recording-status`: status of a recording. `CallSid` is always that of the parent leg.

use super::{Callback, NotUnderstood, Understood, read};
use domain::call::command::{HandleRecording, RecordingStatus};
use domain::call::value::Phase;

pub(super) fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = callback.call_id()?;
    let has_url = callback.form.get("RecordingUrl").is_some();
    let status = callback.form.get("RecordingStatus").and_then(read::recording_status);
    // A recording is better asked for in vain than lost.
    let status = status.or(has_url.then_some(RecordingStatus::Completed));
    let (Some(recording_sid), Some(status)) = (callback.recording_sid(), status) else {
        return Ok(callback.as_reported(call_id));
    };
    let key = format!("recording-status:{call_id}:{recording_sid}:{}", word(status));
    let command = HandleRecording {
        at: callback.received_at,
        phase: phase(callback),
        status,
        url: Some(callback.recording_url(&recording_sid)),
        duration_s: callback.seconds("RecordingDuration"),
        channels: callback.number("RecordingChannels"),
        origin: callback.origin(false),
        recording_sid,
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}

/// Twilio's word.
const fn word(status: RecordingStatus) -> &'static str {
    match status {
        RecordingStatus::InProgress => "in-progress",
        RecordingStatus::Completed => "completed",
        RecordingStatus::Absent => "absent",
        RecordingStatus::Failed => "failed",
    }
}

/// The recorded phase: from the callback URL, else derived from the recording's source, else the conversation with the AI.
fn phase(callback: &Callback<'_>) -> Phase {
    callback
        .word("phase")
        .unwrap_or_else(|| match callback.form.get("RecordingSource") {
            Some("RecordVerb") => Phase::Voicemail,
            Some("DialVerb" | "Conference" | "OutboundAPI") => Phase::Human,
            _ => Phase::Ai,
        })
}
