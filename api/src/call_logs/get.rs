//! `GET /api/call-logs/{id}`: one call.

use super::view::CallDetail;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::PathOf;
use axum::Json;
use axum::extract::State;
use projections::call_log::CallLog;

/// One call with its legs, recordings, corrections and collected values.
#[utoipa::path(
    get, path = "/api/call-logs/{id}", tag = "calls", params(("id" = String, Path)),
    responses((status = OK, body = CallDetail), (status = NOT_FOUND, body = Problem))
)]
pub async fn get_call(
    State(call_log): State<CallLog>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
) -> Result<Json<CallDetail>, ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    Ok(Json(super::detail(&call_log, &signed_in, &id).await?))
}
