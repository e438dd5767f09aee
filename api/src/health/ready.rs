//! `GET /health/ready`: whether the process works: its ledger can be written and read, its keys can be used, its read
//! models follow the log, and it is not draining.
//!
//! This is known from what happened last. If the last append failed, or there was none for a while, one is tried.

use axum::extract::State;
use axum::http::StatusCode;
use engine::drain::Drain;
use infra::health::Severity;
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
    let causes = reasons(&ledger, &models).await;
    if causes.is_empty() {
        return (StatusCode::OK, "ready".to_owned());
    }
    (
        StatusCode::SERVICE_UNAVAILABLE,
        format!("not ready: {}", causes.join("; ")),
    )
}

/// Why the process should not be sent traffic.
pub async fn reasons(ledger: &Ledger, models: &ReadModels) -> Vec<String> {
    // The outcome is noted with the problems.
    let _ = tokio::time::timeout(QUERY_TIMEOUT, ledger.probe_if_idle()).await;
    let problems = ledger.health().problems();
    let problems = problems.iter().filter(|problem| problem.severity == Severity::NotReady);
    let stalled = models.progress().stalled(STALLED_AFTER);
    let stalled = stalled
        .iter()
        .map(|(model, idle)| format!("read model {model}: has not followed the log for {} s", idle.as_secs()));
    problems
        .map(|problem| format!("{}: {}", problem.part, problem.cause))
        .chain(stalled)
        .collect()
}

/// Whether the ledger answers within [`QUERY_TIMEOUT`].
pub async fn ledger_answers(ledger: &Ledger) -> bool {
    matches!(tokio::time::timeout(QUERY_TIMEOUT, ledger.head()).await, Ok(Ok(_)))
}
