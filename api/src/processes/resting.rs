//! What is recorded of a person's part rests while the caller is on hold, and goes on afterwards.
//!
//! Whether a recording rests is looked up at Twilio: a process may have been killed between asking for it and saying so.

use crate::state::AppState;
use domain::call::Call;
use domain::call::value::Phase;
use infra::twilio::rest::{RecordingStatus, RecordingUpdate};

/// Has what is recorded of a person's part rest. Answers with the recordings that do: one that does not is no reason to
/// keep the caller.
pub async fn pause(state: &AppState, call: &Call) -> Vec<String> {
    set(state, call, RecordingStatus::Paused, RecordingUpdate::PauseWithSilence).await
}

/// Has what is recorded of a person's part go on. Answers with the recordings that do.
pub async fn resume(state: &AppState, call: &Call) -> Vec<String> {
    set(state, call, RecordingStatus::InProgress, RecordingUpdate::Resume).await
}

async fn set(state: &AppState, call: &Call, wanted: RecordingStatus, update: RecordingUpdate) -> Vec<String> {
    let Some(start) = call.start() else { return Vec::new() };
    let of_person = |sid: &str| {
        let known = call.recordings.get(sid);
        known.is_some_and(|it| it.phase == Phase::Human && !it.ready)
    };
    if !call.recordings.keys().any(|sid| of_person(sid)) {
        return Vec::new();
    }
    let there = match state.twilio.recordings(&start.call_sid).await {
        Ok(there) => there,
        Err(error) => {
            tracing::warn!(%error, "recordings were not paused or resumed");
            return Vec::new();
        }
    };
    let mut obeyed = Vec::new();
    for recording in there.into_iter().filter(|it| of_person(&it.sid)) {
        let runs = [RecordingStatus::InProgress, RecordingStatus::Paused].contains(&recording.status);
        if !runs {
            continue;
        }
        if recording.status != wanted
            && let Err(error) = state
                .twilio
                .update_recording(&start.call_sid, &recording.sid, update)
                .await
        {
            tracing::warn!(%error, "a recording was not paused or resumed");
            continue;
        }
        obeyed.push(recording.sid);
    }
    obeyed
}
