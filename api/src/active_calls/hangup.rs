//! `POST /api/active-calls/{id}/hangup`: a team member ends a call.

use super::{READ_MODELS, done_before, ensure_may_handle};
use crate::auth::SignedIn;
use crate::error::{ApiError, Problem};
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use engine::SharedEngine;
use engine::takeover::hang_up;
use serde::Serialize;
use utoipa::ToSchema;

/// A call that was ended.
#[derive(Serialize, ToSchema)]
pub struct HungUp {
    call_id: String,
}

/// Ends an active call.
#[utoipa::path(
    post, path = "/api/active-calls/{id}/hangup", tag = "live",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = HungUp),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The call has ended."),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "The telephone network does not answer."),
    )
)]
pub async fn hang_up(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<HungUp>, ApiError> {
    ensure_may_handle(&engine, &signed_in, &id).await?;
    let metadata = signed_in.metadata("POST /api/active-calls/{id}/hangup", key.of(&signed_in.user.user_id));
    let position = match done_before(&engine, &signed_in, &key).await? {
        Some(position) => position,
        None => hang_up::hang_up(&engine, &id, metadata).await?,
    };
    wait_for_read_models(engine.models.progress(), READ_MODELS, position).await;
    Ok(WriteResponse::changed(position, HungUp { call_id: id }))
}
