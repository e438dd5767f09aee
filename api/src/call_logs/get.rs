//! `GET /api/call-logs/{id}`: one call.

use super::view::CallDetail;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::PathOf;
use crate::web::complete_up_to::complete_up_to;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use projections::ReadModels;
use projections::call_log::CallLog;

/// One call with its legs, recordings, corrections and collected values.
#[utoipa::path(
    get, path = "/api/call-logs/{id}", tag = "calls", params(("id" = String, Path)),
    responses(
        (
            status = OK, body = CallDetail,
            headers(("X-Ledger-Position" = i64, description = "The position up to which the response is certainly complete"))
        ),
        (status = NOT_FOUND, body = Problem)
    )
)]
pub async fn get_call(
    State(models): State<ReadModels>,
    State(call_log): State<CallLog>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<CallDetail>), ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    let position = complete_up_to(&models, "call_log").await?;
    Ok((position, Json(super::detail(&call_log, &signed_in, &id).await?)))
}
