//! `GET /health/ready`: the process can take calls: its ledger is available, and it is not draining.

use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use std::time::Duration;

/// Timeout of a database query in health checks.
pub const QUERY_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the process can take calls.
#[utoipa::path(
    get, path = "/health/ready", tag = "machines", security(()),
    responses((status = OK, body = String), (status = SERVICE_UNAVAILABLE, body = String))
)]
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.drain.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining");
    }
    if ledger_answers(&state).await {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "no ledger")
    }
}

/// Whether the ledger answers within [`QUERY_TIMEOUT`].
pub async fn ledger_answers(state: &AppState) -> bool {
    matches!(
        tokio::time::timeout(QUERY_TIMEOUT, state.ledger.head()).await,
        Ok(Ok(_))
    )
}
