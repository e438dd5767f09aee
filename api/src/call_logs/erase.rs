//! `POST /api/call-logs/{id}/erase`: destroys every personal value of a call.
//!
//! The event with the requester and the ground is recorded first, then the data key is destroyed, after which the
//! values can no longer be decrypted, here or in a backup of the log. If the process is killed in between, the eraser
//! job destroys the key later (`jobs/eraser.rs`).

use super::view::CallDetail;
use super::{detail, execute};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::call::CallCommand;
use infra::event_store::StreamId;
use serde::Deserialize;
use utoipa::ToSchema;

/// The ground for an erasure.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// Article of a law, or number of a request. Must not contain personal values: the ground stays readable.
    #[schema(example = "GDPR Art. 17, request 2026-114")]
    pub ground: String,
}

/// Destroys every personal value of the call. This cannot be undone.
#[utoipa::path(
    post, path = "/api/call-logs/{id}/erase", tag = "calls", request_body = Erase,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = CallDetail),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn erase_call(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<Erase>,
) -> Result<WriteResponse<CallDetail>, ApiError> {
    signed_in.may(Permission::Erase)?;
    let command = CallCommand::Erase {
        at: state.clock.now(),
        ground: body.ground,
        by: signed_in.by(),
    };
    let position = execute(&state, &signed_in, &key, "POST /api/call-logs/{id}/erase", &id, command).await?;
    state.ledger.destroy_key(&StreamId::call(&id)).await?;
    state.feed_cache.clear();
    Ok(WriteResponse::changed(position, detail(&state, &signed_in, &id).await?))
}
