//! `POST /api/call-logs/{id}/erase`: every personal value of a call is destroyed.
//!
//! First the event, which says who asked and on what ground; then the key, after which nobody can read the values, here or
//! in any backup of the log. Should we be killed in between, the eraser destroys the key later (`processes/eraser.rs`).

use super::view::CallDetail;
use super::{detail, order};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use domain::call::CallCommand;
use infra::event_store::StreamId;
use serde::Deserialize;
use utoipa::ToSchema;

/// On what ground.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// A law's article, a request's number. Never a personal value: the ground stays readable for ever.
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
    Body(wanted): Body<Erase>,
) -> Result<Written<CallDetail>, ApiError> {
    signed_in.may(Permission::Erase)?;
    let command = CallCommand::Erase {
        at: state.clock.now(),
        ground: wanted.ground,
        by: signed_in.by(),
    };
    let position = order(&state, &signed_in, &key, "POST /api/call-logs/{id}/erase", &id, command).await?;
    state.ledger.destroy_key(&StreamId::call(&id)).await?;
    state.rendered.forget();
    Ok(Written::changed(position, detail(&state, &signed_in, &id).await?))
}
