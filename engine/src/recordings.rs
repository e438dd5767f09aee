//! What users request for the recordings of a call: to play one, to transcribe them again, and to try again what was
//! given up.

use crate::Engine;
use domain::call::recordings::Archived;
use domain::call::value::Phase;
use domain::call::{Call, CallCommand, CallError};
use infra::event_store::{Metadata, Position, StoreError};
use infra::ledger::LedgerError;
use std::collections::BTreeSet;

/// A recording that may be played.
pub struct Playable {
    pub recording_sid: String,
    pub archived: Archived,
    pub duration_s: Option<u32>,
}

/// Requested transcriptions.
pub struct RequestedTranscriptions {
    pub phases: BTreeSet<Phase>,
    /// Position of the last event.
    pub position: Position,
}

/// Why a recording cannot be played or transcribed.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error("there is no such call")]
    NoCall,
    #[error("the phase has no archived recording")]
    NotPlayable,
    #[error("the call has no archived recording")]
    NotTranscribable,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Ledger(#[from] LedgerError<CallError>),
}

/// Records that the recording of a phase is played, and returns it. If the phase has several, the longest one.
///
/// # Errors
/// When there is no archived recording, or the ledger is unavailable.
pub async fn play(
    engine: &Engine,
    call_id: &str,
    phase: Phase,
    by: String,
    metadata: Metadata,
) -> Result<Playable, RecordingError> {
    let known = engine.ledger.state::<Call>(call_id).await?;
    let (call, _) = known.ok_or(RecordingError::NoCall)?;
    let found = call.recordings.to_play(phase).filter(|_| !call.erased);
    let (sid, recording, archived) = found.ok_or(RecordingError::NotPlayable)?;
    let at = engine.clock.now();
    let command = CallCommand::PlayRecording { at, phase, by };
    engine.ledger.execute::<Call>(call_id, command, metadata).await?;
    Ok(Playable {
        recording_sid: sid.to_owned(),
        archived: archived.clone(),
        duration_s: recording.duration_s,
    })
}

/// Requests a transcription of every phase with an archived recording. The transcriber job finds the request.
///
/// # Errors
/// When there is no archived recording, the call was erased, or the ledger is unavailable.
pub async fn request_transcription(
    engine: &Engine,
    call_id: &str,
    by: String,
    metadata: Metadata,
) -> Result<RequestedTranscriptions, RecordingError> {
    let known = engine.ledger.state::<Call>(call_id).await?;
    let (call, _) = known.ok_or(RecordingError::NoCall)?;
    let phases = call.recordings.archived_phases();
    if phases.is_empty() {
        return Err(RecordingError::NotTranscribable);
    }
    let at = engine.clock.now();
    let request = |phase: &Phase| CallCommand::RequestTranscription {
        at,
        phase: *phase,
        by: by.clone(),
    };
    let commands: Vec<_> = phases.iter().map(request).collect();
    let executed = engine.ledger.execute_all::<Call>(call_id, &commands, metadata).await?;
    Ok(RequestedTranscriptions {
        phases,
        position: executed.position,
    })
}

/// Requests another attempt of everything of the call that was given up: recordings that could not be stored, transcripts
/// and the summary. The jobs find the requests.
///
/// # Errors
/// When nothing was given up, the call was erased, or the ledger is unavailable.
pub async fn retry_given_up(
    engine: &Engine,
    call_id: &str,
    by: String,
    metadata: Metadata,
) -> Result<Position, RecordingError> {
    let known = engine.ledger.state::<Call>(call_id).await?;
    let (call, _) = known.ok_or(RecordingError::NoCall)?;
    let at = engine.clock.now();
    let retry = |(effect, item): (&str, &str)| CallCommand::RetryEffect {
        at,
        effect: effect.to_owned(),
        item: item.to_owned(),
        by: by.clone(),
    };
    let mut commands: Vec<_> = call.given_up_effects().into_iter().map(retry).collect();
    if commands.is_empty() {
        // Refused, unless it is a repetition of a request that was accepted.
        commands.push(retry(("", "")));
    }
    let executed = engine.ledger.execute_all::<Call>(call_id, &commands, metadata).await?;
    Ok(executed.position)
}
