//! Recordings and transcripts of a call.

use super::{Decision, ensure_exists, ensure_not_erased, unless_known};
use crate::call::command::CallCommand;
use crate::call::error::CallError;
use crate::call::event::CallEvent;
use crate::call::recordings::Recording;
use crate::call::state::Call;
use crate::invalid::{Invalid, non_blank};

pub(super) fn decide(call: &Call, command: &CallCommand) -> Decision {
    ensure_exists(call)?;
    let at = command.at();
    match command {
        CallCommand::StartRecording {
            phase, recording_sid, ..
        } => {
            non_blank("recording_sid", recording_sid, 64)?;
            let event = CallEvent::RecordingStarted {
                at,
                phase: *phase,
                recording_sid: recording_sid.clone(),
            };
            unless_known(call.seen_callbacks.knows(&event), event)
        }
        CallCommand::PauseRecording {
            phase, recording_sid, ..
        } => {
            let paused = recording(call, recording_sid)?.paused;
            unless_known(
                paused,
                CallEvent::RecordingPaused {
                    at,
                    phase: *phase,
                    recording_sid: recording_sid.clone(),
                },
            )
        }
        CallCommand::ResumeRecording {
            phase, recording_sid, ..
        } => {
            let paused = recording(call, recording_sid)?.paused;
            unless_known(
                !paused,
                CallEvent::RecordingResumed {
                    at,
                    phase: *phase,
                    recording_sid: recording_sid.clone(),
                },
            )
        }
        CallCommand::ArchiveRecording { .. } => archive(call, command),
        CallCommand::GiveUpRecording {
            phase,
            recording_sid,
            reason,
            attempts,
            ..
        } => {
            non_blank("reason", reason, 500)?;
            // An archived recording is available, until it is deleted after an erasure.
            let archived = recording_sid
                .as_ref()
                .and_then(|sid| call.recordings.by_sid.get(sid))
                .is_some_and(|it| it.archived.is_some() && !call.erased);
            let event = CallEvent::RecordingUnavailable {
                at,
                phase: *phase,
                recording_sid: recording_sid.clone(),
                reason: reason.clone(),
                attempts: *attempts,
            };
            unless_known(archived || call.seen_callbacks.knows(&event), event)
        }
        CallCommand::StoreTranscript { .. } | CallCommand::FailTranscription { .. } => transcribe(call, command),
        CallCommand::RequestTranscription { phase, by, .. } => {
            ensure_not_erased(call)?;
            if !call.recordings.of(*phase).any(|(_, it)| it.archived.is_some()) {
                return Err(CallError::NoSuchRecording);
            }
            Ok(vec![CallEvent::TranscriptionRequested {
                at,
                phase: *phase,
                by: by.clone(),
            }])
        }
        CallCommand::PlayRecording { phase, by, .. } => {
            if call.recordings.of(*phase).next().is_none() {
                return Err(CallError::NoSuchRecording);
            }
            Ok(vec![CallEvent::RecordingPlayed {
                at,
                phase: *phase,
                by: by.clone(),
            }])
        }
        // Other commands are not dispatched to this function.
        _ => Ok(Vec::new()),
    }
}

/// The result of a transcription.
fn transcribe(call: &Call, command: &CallCommand) -> Decision {
    let at = command.at();
    match command {
        CallCommand::StoreTranscript {
            phase,
            segments,
            engine,
            ..
        } => {
            ensure_not_erased(call)?;
            non_blank("engine", engine, 100)?;
            let known = segments
                .known()
                .ok_or_else(|| Invalid::new("segments", "cannot be read"))?;
            // An empty result of a transcriber is no transcript.
            if known.iter().all(|segment| segment.text.trim().is_empty()) {
                return Err(Invalid::new("segments", "have no text").into());
            }
            let (segments, engine) = (segments.clone(), engine.clone());
            let event = CallEvent::TranscriptReady {
                at,
                phase: *phase,
                segments,
                engine,
            };
            // The same transcript is recorded again if a user requested a new one.
            let is_requested = call
                .recordings
                .transcripts
                .get(phase)
                .is_some_and(|transcript| transcript.wanted);
            unless_known(call.seen_callbacks.knows(&event) && !is_requested, event)
        }
        CallCommand::FailTranscription { phase, reason, .. } => {
            non_blank("reason", reason, 500)?;
            let event = CallEvent::TranscriptionFailed {
                at,
                phase: *phase,
                reason: reason.clone(),
            };
            unless_known(call.seen_callbacks.knows(&event), event)
        }
        // Other commands are not dispatched to this function.
        _ => Ok(Vec::new()),
    }
}

fn recording<'a>(call: &'a Call, sid: &str) -> Result<&'a Recording, CallError> {
    call.recordings.by_sid.get(sid).ok_or(CallError::NoSuchRecording)
}

/// Refuses an erased call: the job that stored the recording then deletes it.
fn archive(call: &Call, command: &CallCommand) -> Decision {
    let CallCommand::ArchiveRecording {
        at,
        phase,
        recording_sid,
        key,
        bytes,
        sha256,
        content_type,
    } = command
    else {
        return Ok(Vec::new());
    };
    ensure_not_erased(call)?;
    non_blank("key", key, 1_024)?;
    if *bytes == 0 {
        return Err(Invalid::new("bytes", "is 0").into());
    }
    if sha256.len() != 64 || !sha256.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(Invalid::new("sha256", "is not 64 lower-case hexadecimal digits").into());
    }
    let known = recording(call, recording_sid)?
        .archived
        .as_ref()
        .is_some_and(|archived| archived.key == *key && archived.sha256 == *sha256);
    unless_known(
        known,
        CallEvent::RecordingArchived {
            at: *at,
            phase: *phase,
            recording_sid: recording_sid.clone(),
            key: key.clone(),
            bytes: *bytes,
            sha256: sha256.clone(),
            content_type: content_type.clone(),
        },
    )
}
