//! Pauses the recording of the human phase while the caller is on hold, and resumes it afterwards.
//!
//! The state of a recording is read from Twilio: an earlier process may have been killed between its request and the
//! event.

use crate::Engine;
use domain::call::Call;
use domain::call::value::Phase;
use infra::twilio::rest::{RecordingStatus, RecordingUpdate};

/// Pauses the recordings of the human phase and returns the SIDs of those that are paused. A failure is logged and does
/// not stop the hold.
pub async fn pause(engine: &Engine, call: &Call) -> Vec<String> {
    set(engine, call, RecordingStatus::Paused, RecordingUpdate::PauseWithSilence).await
}

/// Resumes the recordings of the human phase and returns the SIDs of those that are recording.
pub async fn resume(engine: &Engine, call: &Call) -> Vec<String> {
    set(engine, call, RecordingStatus::InProgress, RecordingUpdate::Resume).await
}

async fn set(engine: &Engine, call: &Call, target: RecordingStatus, update: RecordingUpdate) -> Vec<String> {
    let Some(start) = call.start() else { return Vec::new() };
    let is_human_phase = |sid: &str| {
        let known = call.recordings.by_sid.get(sid);
        known.is_some_and(|it| it.phase == Phase::Human && it.url.is_none())
    };
    if !call.recordings.by_sid.keys().any(|sid| is_human_phase(sid)) {
        return Vec::new();
    }
    let at_twilio = match engine.twilio.recordings(&start.call_sid).await {
        Ok(at_twilio) => at_twilio,
        Err(error) => {
            tracing::warn!(%error, "recordings not paused or resumed");
            return Vec::new();
        }
    };
    let mut updated = Vec::new();
    for recording in at_twilio.into_iter().filter(|it| is_human_phase(&it.sid)) {
        let is_running = [RecordingStatus::InProgress, RecordingStatus::Paused].contains(&recording.status);
        if !is_running {
            continue;
        }
        if recording.status != target
            && let Err(error) = engine
                .twilio
                .update_recording(&start.call_sid, &recording.sid, update)
                .await
        {
            tracing::warn!(%error, "recording not paused or resumed");
            continue;
        }
        updated.push(recording.sid);
    }
    updated
}
