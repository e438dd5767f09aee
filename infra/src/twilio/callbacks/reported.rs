//! `transcription-status` and `amd-status`: Twilio's transcriptions and answering machine detection.

use super::status::answered_by;
use super::{Callback, NotUnderstood, Understood, identifier};
use domain::Personal;
use domain::call::command::{HandleAmd, HandleTranscription};
use domain::call::value::Phase;

pub(super) fn transcription(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = callback.call_id()?;
    let status = identifier("TranscriptionStatus", callback.required("TranscriptionStatus")?)?;
    let sid = match callback.identifier("TranscriptionSid")? {
        Some(sid) => sid,
        None => callback.required_identifier("RecordingSid")?,
    };
    let key = format!("transcription-status:{call_id}:{sid}:{status}");
    let command = HandleTranscription {
        at: callback.received_at,
        // Only voicemail uses Twilio's transcription (`<Record transcribe>`).
        phase: callback.word("phase")?.unwrap_or(Phase::Voicemail),
        status,
        text: callback.form.get("TranscriptionText").map(Personal::from),
        origin: callback.origin(true)?,
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}

pub(super) fn answering_machine(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = callback.call_id()?;
    let call_sid = callback.required_identifier("CallSid")?;
    let word = callback.required("AnsweredBy")?;
    let answered_by = answered_by(word)?;
    let key = format!("amd-status:{call_id}:{call_sid}:{answered_by}");
    let command = HandleAmd {
        at: callback.received_at,
        call_sid,
        answered_by,
        origin: callback.origin(false)?,
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}
