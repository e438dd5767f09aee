//! `POST /api/active-calls/{id}/hold` and `resume`: puts the caller on hold with music, and takes them off hold.
//!
//! Twilio is called first, then the command is recorded. The recording of the human phase is paused during the hold.

use super::{Handled, execute, load_for_handling};
use crate::auth::SignedIn;
use crate::conference::{of_caller, refused};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::CallCommand;
use domain::call::value::Phase;
use engine::jobs::hold_recording;
use infra::twilio::rest::ParticipantUpdate;

/// Puts the caller on hold. Recording is paused meanwhile.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/hold", tag = "live",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The call has ended, or no team member has it."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn hold(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<Handled>, ApiError> {
    set_hold(&state, &signed_in, &key, id, true).await
}

/// Takes the caller off hold.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/resume", tag = "live",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The call has ended, or no team member has it."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn resume(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<Handled>, ApiError> {
    set_hold(&state, &signed_in, &key, id, false).await
}

async fn set_hold(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    id: String,
    on_hold: bool,
) -> Result<WriteResponse<Handled>, ApiError> {
    let call = load_for_handling(state, signed_in, &id).await?;
    let (conference, caller) = of_caller(&call)?;
    let update = ParticipantUpdate {
        hold: Some(on_hold),
        ..ParticipantUpdate::default()
    };
    let changed = state.twilio.update_participant(conference, caller, &update).await;
    changed.map_err(refused)?;
    let (at, user) = (state.clock.now(), signed_in.user.user_id.clone());
    let (endpoint, command) = if on_hold {
        ("POST /api/active-calls/{id}/hold", CallCommand::PutOnHold { at, user })
    } else {
        (
            "POST /api/active-calls/{id}/resume",
            CallCommand::TakeOffHold { at, user },
        )
    };
    let recordings = if on_hold {
        hold_recording::pause(state, &call).await
    } else {
        hold_recording::resume(state, &call).await
    };
    let recordings = recordings.into_iter().map(|recording_sid| {
        let phase = Phase::Human;
        if on_hold {
            CallCommand::PauseRecording {
                at,
                phase,
                recording_sid,
            }
        } else {
            CallCommand::ResumeRecording {
                at,
                phase,
                recording_sid,
            }
        }
    });
    let commands: Vec<_> = [command].into_iter().chain(recordings).collect();
    execute(state, signed_in, key, endpoint, id, &commands).await
}
