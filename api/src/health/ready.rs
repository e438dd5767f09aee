//! `GET /health/ready`: the process can take calls: its ledger can be reached, and it is not on its way out.

use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use std::time::Duration;

/// A database that takes longer to say where the log ends is away.
pub const LONGEST: Duration = Duration::from_secs(2);

/// Whether the process can take calls.
#[utoipa::path(
    get, path = "/health/ready", tag = "machines", security(()),
    responses((status = OK, body = String), (status = SERVICE_UNAVAILABLE, body = String))
)]
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.drain.is_ordered() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining");
    }
    if ledger_answers(&state).await {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "no ledger")
    }
}

/// Whether the ledger answers, in time.
pub async fn ledger_answers(state: &AppState) -> bool {
    matches!(tokio::time::timeout(LONGEST, state.ledger.head()).await, Ok(Ok(_)))
}
