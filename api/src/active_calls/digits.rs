//! `POST /api/active-calls/{id}/digits`: sends keypad tones to the caller.

use super::{Handled, done_before, ensure_may_handle, handled};
use crate::auth::SignedIn;
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use engine::SharedEngine;
use engine::takeover::digits::send_digits;
use serde::Deserialize;
use utoipa::ToSchema;

/// The keys to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Digits {
    /// 1 to 32 of `0` to `9`, `*`, `#`, `w` (pause of half a second) and `W` (pause of one second).
    #[schema(example = "1w#")]
    digits: String,
}

/// Sends keypad tones to the caller.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/digits", tag = "live", request_body = Digits,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = Handled),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The call has ended, or no team member has it."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn digits(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<Digits>,
) -> Result<WriteResponse<Handled>, ApiError> {
    ensure_may_handle(&engine, &signed_in, &id).await?;
    let metadata = signed_in.metadata("POST /api/active-calls/{id}/digits", key.of(&signed_in.user.user_id));
    let position = match done_before(&engine, &signed_in, &key).await? {
        Some(position) => position,
        None => send_digits(&engine, &id, body.digits.into(), metadata).await?,
    };
    Ok(handled(&engine, position, id).await)
}
