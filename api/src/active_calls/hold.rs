//! `POST /api/active-calls/{id}/hold` and `resume`: the caller hears music, and people again.
//!
//! Twilio is told first, and then the call: that the caller hears music is a fact once they do. What is recorded of a person's
//! part rests meanwhile.

use super::{Handled, order, to_handle};
use crate::auth::SignedIn;
use crate::conference::{of_caller, refused};
use crate::error::{ApiError, Problem};
use crate::processes::resting;
use crate::state::AppState;
use crate::web::{CommandKey, PathOf, Written};
use axum::extract::State;
use domain::call::CallCommand;
use domain::call::value::Phase;
use infra::twilio::rest::ParticipantUpdate;

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
    put(&state, &signed_in, &key, id, true).await
}

/// Takes the caller off hold.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/resume", tag = "live",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is over, or no person of ours speaks with the caller."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn resume(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<Written<Handled>, ApiError> {
    put(&state, &signed_in, &key, id, false).await
}

/// Puts the caller on hold, or takes them off.
async fn put(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    id: String,
    on_hold: bool,
) -> Result<Written<Handled>, ApiError> {
    let call = to_handle(state, signed_in, &id).await?;
    let (conference, caller) = of_caller(&call)?;
    let update = ParticipantUpdate {
        hold: Some(on_hold),
        ..ParticipantUpdate::default()
    };
    let changed = state.twilio.update_participant(conference, caller, &update).await;
    changed.map_err(refused)?;
    let (at, user) = (state.clock.now(), signed_in.user.user_id.clone());
    let (endpoint, held) = if on_hold {
        ("POST /api/active-calls/{id}/hold", CallCommand::PutOnHold { at, user })
    } else {
        (
            "POST /api/active-calls/{id}/resume",
            CallCommand::TakeOffHold { at, user },
        )
    };
    let rested = if on_hold {
        resting::pause(state, &call).await
    } else {
        resting::resume(state, &call).await
    };
    let rested = rested.into_iter().map(|recording_sid| {
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
    let commands: Vec<_> = [held].into_iter().chain(rested).collect();
    order(state, signed_in, key, endpoint, id, &commands).await
}
