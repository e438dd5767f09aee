//! `POST /api/active-calls/{id}/hold` and `resume`: puts the caller on hold with music, and takes them off hold.

use super::{Handled, done_before, ensure_may_handle, handled};
use crate::auth::SignedIn;
use crate::error::{ApiError, Problem};
use crate::web::{CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use engine::{SharedEngine, takeover};

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
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<Handled>, ApiError> {
    ensure_may_handle(&engine, &signed_in, &id).await?;
    let metadata = signed_in.metadata("POST /api/active-calls/{id}/hold", key.of(&signed_in.user.user_id));
    let position = match done_before(&engine, &signed_in, &key).await? {
        Some(position) => position,
        None => takeover::hold::hold(&engine, &id, signed_in.by(), metadata).await?,
    };
    Ok(handled(&engine, position, id).await)
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
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<Handled>, ApiError> {
    ensure_may_handle(&engine, &signed_in, &id).await?;
    let metadata = signed_in.metadata("POST /api/active-calls/{id}/resume", key.of(&signed_in.user.user_id));
    let position = match done_before(&engine, &signed_in, &key).await? {
        Some(position) => position,
        None => takeover::hold::resume(&engine, &id, signed_in.by(), metadata).await?,
    };
    Ok(handled(&engine, position, id).await)
}
