//! `POST /api/call-logs/{id}/retry`: tries again what was given up for a call.

use super::view::CallDetail;
use super::{CallLogResource, detail, ensure_own_tenant};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use engine::{SharedEngine, recordings};

/// Tries again what was given up after its last attempt: to store a recording, to transcribe it, to summarize the call.
#[utoipa::path(
    post, path = "/api/call-logs/{id}/retry", tag = "calls",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = CallDetail),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "Nothing was given up, or the call was erased."),
    )
)]
pub async fn retry_call(
    State(engine): State<SharedEngine>,
    State(calls): State<CallLogResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<CallDetail>, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    tracing::Span::current().record("call_id", &id);
    ensure_own_tenant(&calls.ledger, &calls.call_log, &signed_in, &id).await?;
    let metadata = signed_in.metadata("POST /api/call-logs/{id}/retry", key.of(&signed_in.user.user_id));
    let position = recordings::retry_given_up(&engine, &id, signed_in.by(), metadata).await?;
    calls.wait(position).await;
    let call = detail(&calls.call_log, &signed_in, &id).await?;
    Ok(WriteResponse::changed(position, call))
}
