//! `transcription-status` and `amd-status`: Twilio's transcriptions and answering machine detection.

use super::{Callback, NotUnderstood, Understood, read};
use domain::Personal;
use domain::call::command::{HandleAmd, HandleTranscription};
use domain::call::value::{AnsweredBy, Phase};

pub(super) fn transcription(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = callback.call_id()?;
    let text = callback.form.get("TranscriptionText");
    let status = callback.identifier("TranscriptionStatus");
    let status = status.map(|status| status.to_ascii_lowercase());
    let Some(status) = status.or_else(|| text.map(|_| "completed".to_owned())) else {
        return Ok(callback.as_reported(call_id));
    };
    let sid = callback.identifier("TranscriptionSid");
    let sid = sid.or_else(|| callback.recording_sid()).unwrap_or_default();
    let key = format!("transcription-status:{call_id}:{sid}:{status}");
    let command = HandleTranscription {
        at: callback.received_at,
        // Only voicemail uses Twilio's transcription (`<Record transcribe>`).
        phase: callback.word("phase").unwrap_or(Phase::Voicemail),
        status,
        text: text.map(Personal::from),
        origin: callback.origin(true),
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}

/// A result that cannot be read is unknown, which is a result as well.
pub(super) fn answering_machine(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = callback.call_id()?;
    let call_sid = callback.identifier("CallSid").unwrap_or_else(|| call_id.0.clone());
    let answered_by = callback.form.get("AnsweredBy").and_then(read::answered_by);
    let answered_by = answered_by.unwrap_or(AnsweredBy::Unknown);
    let key = format!("amd-status:{call_id}:{call_sid}:{answered_by}");
    let command = HandleAmd {
        at: callback.received_at,
        call_sid,
        answered_by,
        origin: callback.origin(false),
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}
