//! `POST /api/active-calls/{id}/resume`: the caller hears people again.

use super::hold::{put, turn};
use super::{Handled, order, to_handle};
use crate::auth::SignedIn;
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{CommandKey, PathOf, Written};
use axum::extract::State;
use domain::call::CallCommand;
use domain::call::value::Phase;
use infra::twilio::rest::RecordingUpdate;

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
    let call = to_handle(&state, &signed_in, &id).await?;
    put(&state, &call, false).await?;
    let (at, user) = (state.clock.now(), signed_in.user.user_id.clone());
    let mut commands = vec![CallCommand::TakeOffHold { at, user }];
    let resumed = turn(&state, &call, RecordingUpdate::Resume).await;
    commands.extend(resumed.into_iter().map(|recording_sid| CallCommand::ResumeRecording {
        at,
        phase: Phase::Human,
        recording_sid,
    }));
    order(
        &state,
        &signed_in,
        &key,
        "POST /api/active-calls/{id}/resume",
        id,
        &commands,
    )
    .await
}
