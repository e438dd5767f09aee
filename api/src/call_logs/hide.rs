//! `DELETE /api/call-logs/{id}`: the call is left out of lists and figures. Nothing is deleted: its history stays.

use super::order;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::written::Gone;
use crate::web::{CommandKey, PathOf};
use axum::extract::State;
use domain::call::CallCommand;

/// Leaves the call out of lists and figures.
#[utoipa::path(
    delete, path = "/api/call-logs/{id}", tag = "calls",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem))
)]
pub async fn hide_call(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<Gone, ApiError> {
    signed_in.may(Permission::ReviewCalls)?;
    let command = CallCommand::Hide {
        at: state.clock.now(),
        by: signed_in.by(),
    };
    order(&state, &signed_in, &key, "DELETE /api/call-logs/{id}", &id, command)
        .await
        .map(Gone)
}
