//! `GET /health/ready`: the process can take calls: its ledger is available, and it is not draining. Read models do not
//! decide that, because calls are answered without them; stalled ones are named.

use axum::extract::State;
use axum::http::StatusCode;
use engine::drain::Drain;
use infra::ledger::Ledger;
use projections::ReadModels;
use std::time::Duration;

/// Timeout of a database query in health checks.
pub const QUERY_TIMEOUT: Duration = Duration::from_secs(2);

/// A read model that this process has not followed for this long is reported: twice the timeout of an operation.
pub const STALLED_AFTER: Duration = Duration::from_mins(1);

/// Whether the process can take calls.
#[utoipa::path(
    get, path = "/health/ready", tag = "machines", security(()),
    responses((status = OK, body = String), (status = SERVICE_UNAVAILABLE, body = String))
)]
pub async fn ready(
    State(ledger): State<Ledger>,
    State(models): State<ReadModels>,
    State(drain): State<Drain>,
) -> (StatusCode, String) {
    if drain.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining".to_owned());
    }
    if !ledger_answers(&ledger).await {
        return (StatusCode::SERVICE_UNAVAILABLE, "no ledger".to_owned());
    }
    let stalled = models.progress().stalled(STALLED_AFTER);
    let names: Vec<&str> = stalled.iter().map(|(model, _)| *model).collect();
    let answer = if names.is_empty() {
        "ready".to_owned()
    } else {
        format!("ready, but stalled: {}", names.join(", "))
    };
    (StatusCode::OK, answer)
}

/// Whether the ledger answers within [`QUERY_TIMEOUT`].
pub async fn ledger_answers(ledger: &Ledger) -> bool {
    matches!(tokio::time::timeout(QUERY_TIMEOUT, ledger.head()).await, Ok(Ok(_)))
}
