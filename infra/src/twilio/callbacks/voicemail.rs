//! `voicemail` and `voicemail-done`: the caller is routed to voicemail, and the voicemail recording ends.

use super::{Callback, NotUnderstood, Understood};
use domain::call::command::{HandleVoicemail, VoicemailMessage};

pub(super) fn arrived(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = callback.call_id()?;
    let key = format!("voicemail:{call_id}");
    let command = HandleVoicemail {
        at: callback.received_at,
        reason: callback.word("reason"),
        message: None,
        origin: callback.origin(true),
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}

pub(super) fn left(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = callback.call_id()?;
    let recording_sid = callback.recording_sid();
    let key = format!(
        "voicemail-done:{call_id}:{}",
        recording_sid.as_deref().unwrap_or_default()
    );
    let message = recording_sid.map(|recording_sid| VoicemailMessage {
        url: callback.recording_url(&recording_sid),
        duration_s: callback.seconds("RecordingDuration"),
        recording_sid,
    });
    let command = HandleVoicemail {
        at: callback.received_at,
        reason: callback.word("reason"),
        message,
        origin: callback.origin(true),
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}
