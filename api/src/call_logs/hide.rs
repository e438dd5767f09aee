//! `DELETE /api/call-logs/{id}`: hides a call from lists and figures. Nothing is deleted: its history stays.

use super::CallLogResource;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::write_response::NoContent;
use crate::web::{CommandKey, PathOf};
use axum::extract::State;
use domain::call::CallCommand;

/// Hides the call from lists and figures. Its history stays.
#[utoipa::path(
    delete, path = "/api/call-logs/{id}", tag = "calls",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem))
)]
pub async fn hide_call(
    State(calls): State<CallLogResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<NoContent, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    let command = CallCommand::Hide {
        at: calls.clock.now(),
        by: signed_in.by(),
    };
    calls
        .execute(&signed_in, &key, "DELETE /api/call-logs/{id}", &id, command)
        .await
        .map(NoContent)
}
