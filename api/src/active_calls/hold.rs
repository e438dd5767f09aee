//! `POST /api/active-calls/{id}/hold`: the caller hears music.

use super::{Handled, order, to_handle};
use crate::auth::SignedIn;
use crate::conference::{of_caller, refused};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{CommandKey, PathOf, Written};
use axum::extract::State;
use domain::call::value::Phase;
use domain::call::{Call, CallCommand};
use infra::twilio::rest::{ParticipantUpdate, RecordingUpdate};

/// Puts the caller on hold. Their music is not recorded.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/hold", tag = "live",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is over, or no person of ours speaks with the caller."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn hold(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<Written<Handled>, ApiError> {
    let call = to_handle(&state, &signed_in, &id).await?;
    put(&state, &call, true).await?;
    let (at, user) = (state.clock.now(), signed_in.user.user_id.clone());
    let mut commands = vec![CallCommand::PutOnHold { at, user }];
    let paused = turn(&state, &call, RecordingUpdate::PauseWithSilence).await;
    commands.extend(paused.into_iter().map(|recording_sid| CallCommand::PauseRecording {
        at,
        phase: Phase::Human,
        recording_sid,
    }));
    order(
        &state,
        &signed_in,
        &key,
        "POST /api/active-calls/{id}/hold",
        id,
        &commands,
    )
    .await
}

/// Puts the caller on hold at Twilio, or takes them off.
pub(super) async fn put(state: &AppState, call: &Call, on_hold: bool) -> Result<(), ApiError> {
    let (conference, caller) = of_caller(call)?;
    let update = ParticipantUpdate {
        hold: Some(on_hold),
        ..ParticipantUpdate::default()
    };
    let changed = state.twilio.update_participant(conference, caller, &update).await;
    changed.map(drop).map_err(refused)
}

/// Pauses or resumes what is recorded of a person's part. Answers with the recordings that obeyed: one that does not is no
/// reason to keep the caller.
pub(super) async fn turn(state: &AppState, call: &Call, update: RecordingUpdate) -> Vec<String> {
    let Some(start) = call.start() else { return Vec::new() };
    let is_to_pause = !matches!(update, RecordingUpdate::Resume);
    let mut turned = Vec::new();
    for (sid, recording) in &call.recordings {
        let concerns = recording.phase == Phase::Human && !recording.ready && recording.paused != is_to_pause;
        if !concerns {
            continue;
        }
        match state.twilio.update_recording(&start.call_sid, sid, update).await {
            Ok(_) => turned.push(sid.clone()),
            Err(error) => tracing::warn!(%error, "a recording was not paused or resumed"),
        }
    }
    turned
}
