//! Puts the caller on hold with music, and takes them off hold.
//!
//! Twilio is called first, then the command is recorded. The recording of the human phase is paused during the hold.

use super::{ActionError, hold_recording, load};
use crate::Engine;
use domain::call::value::Phase;
use domain::call::{Call, CallCommand};
use infra::event_store::{Metadata, Position};
use infra::twilio::rest::ParticipantUpdate;

/// Puts the caller on hold, and pauses the recording.
///
/// # Errors
/// When the caller is in no conference, Twilio does not make the change, or the ledger is unavailable.
pub async fn hold(engine: &Engine, call_id: &str, user: String, metadata: Metadata) -> Result<Position, ActionError> {
    let call = load(engine, call_id).await?;
    set_hold(engine, &call, true).await?;
    let at = engine.clock.now();
    let mut commands = vec![CallCommand::PutOnHold { at, user }];
    let paused = hold_recording::pause(engine, &call).await;
    commands.extend(paused.into_iter().map(|recording_sid| CallCommand::PauseRecording {
        at,
        phase: Phase::Human,
        recording_sid,
    }));
    record(engine, call_id, &commands, metadata).await
}

/// Takes the caller off hold, and resumes the recording.
///
/// # Errors
/// As [`hold`].
pub async fn resume(engine: &Engine, call_id: &str, user: String, metadata: Metadata) -> Result<Position, ActionError> {
    let call = load(engine, call_id).await?;
    set_hold(engine, &call, false).await?;
    let at = engine.clock.now();
    let mut commands = vec![CallCommand::TakeOffHold { at, user }];
    let resumed = hold_recording::resume(engine, &call).await;
    commands.extend(resumed.into_iter().map(|recording_sid| CallCommand::ResumeRecording {
        at,
        phase: Phase::Human,
        recording_sid,
    }));
    record(engine, call_id, &commands, metadata).await
}

async fn record(
    engine: &Engine,
    call_id: &str,
    commands: &[CallCommand],
    metadata: Metadata,
) -> Result<Position, ActionError> {
    let executed = engine.ledger.execute_all::<Call>(call_id, commands, metadata).await?;
    Ok(executed.position)
}

async fn set_hold(engine: &Engine, call: &Call, on_hold: bool) -> Result<(), ActionError> {
    let (conference, caller) = call.conference_of_caller()?;
    let update = ParticipantUpdate {
        hold: Some(on_hold),
        ..ParticipantUpdate::default()
    };
    let changed = engine.twilio.update_participant(conference, caller, &update).await;
    changed.map(drop).map_err(ActionError::of_conference)
}
