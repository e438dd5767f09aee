//! `recording-status`: status of a recording. `CallSid` is always that of the parent leg.

use super::{Callback, NotUnderstood, Understood, not_a};
use domain::call::command::{HandleRecording, RecordingStatus};
use domain::call::value::Phase;

pub(super) fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = callback.call_id()?;
    let recording_sid = callback.required_identifier("RecordingSid")?;
    let status = match callback.required("RecordingStatus")? {
        "in-progress" => RecordingStatus::InProgress,
        "completed" => RecordingStatus::Completed,
        "absent" => RecordingStatus::Absent,
        "failed" => RecordingStatus::Failed,
        _ => return Err(not_a("RecordingStatus", "status that we know")),
    };
    let url = callback.form.get("RecordingUrl").map(str::to_owned);
    if status == RecordingStatus::Completed && url.is_none() {
        return Err(NotUnderstood::new("RecordingUrl is missing from a completed recording"));
    }
    let phase = phase(callback)?;
    let key = format!(
        "recording-status:{call_id}:{recording_sid}:{}",
        callback.required("RecordingStatus")?
    );
    let command = HandleRecording {
        at: callback.received_at,
        phase,
        recording_sid,
        status,
        url,
        duration_s: callback.number("RecordingDuration")?,
        channels: callback.number("RecordingChannels")?,
        origin: callback.origin(false)?,
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}

/// The recorded phase: from the callback URL, else derived from the recording's source.
fn phase(callback: &Callback<'_>) -> Result<Phase, NotUnderstood> {
    if let Some(phase) = callback.word("phase")? {
        return Ok(phase);
    }
    match callback.form.get("RecordingSource") {
        Some("RecordVerb") => Ok(Phase::Voicemail),
        Some("DialVerb" | "Conference" | "OutboundAPI") => Ok(Phase::Human),
        Some("StartCallRecordingAPI" | "StartCallRecordingTwiML") => Ok(Phase::Ai),
        _ => Err(NotUnderstood::new(
            "neither `phase` nor RecordingSource identifies the recorded phase",
        )),
    }
}
