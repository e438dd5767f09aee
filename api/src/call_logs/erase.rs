//! `POST /api/call-logs/{id}/erase`: destroys every personal value of a call.

use super::view::CallDetail;
use super::{CallLogResource, detail, ensure_own_tenant};
use crate::auth::{Confirmed, Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use engine::SharedEngine;
use engine::erasure;
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
    State(engine): State<SharedEngine>,
    State(calls): State<CallLogResource>,
    signed_in: SignedIn,
    confirmed: Confirmed,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<Erase>,
) -> Result<WriteResponse<CallDetail>, ApiError> {
    signed_in.may(Permission::Erase)?;
    confirmed.require()?;
    tracing::Span::current().record("call_id", &id);
    ensure_own_tenant(&calls.ledger, &calls.call_log, &signed_in, &id).await?;
    let metadata = signed_in.metadata("POST /api/call-logs/{id}/erase", key.of(&signed_in.user.user_id));
    let position = erasure::erase_call(&engine, &id, body.ground, signed_in.by(), metadata).await?;
    calls.wait(position).await;
    let call = detail(&calls.call_log, &signed_in, &id).await?;
    Ok(WriteResponse::changed(position, call))
}
