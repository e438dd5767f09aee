//! `GET /health`: a health report for operators.

use super::ready::{STALLED_AFTER, ledger_answers};
use crate::state::composed_of_parts;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::drain::Drain;
use engine::sandbox_status::SandboxStatusWatch;
use infra::config::Config;
use infra::ledger::Ledger;
use projections::ReadModels;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The health of the service.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `ok`, `degraded` (a read model lags, is stalled or has dead letters), `unavailable`, `draining`.
    #[schema(example = "ok")]
    status: &'static str,
    version: &'static str,
    /// `twilio`, or `sandbox`, which makes no real calls.
    telephone_network: &'static str,
    /// Status of the sandbox, if it is the telephone network: `running` as a child of this service, `restarting`,
    /// `missing` (its program was not found), or `elsewhere` (at `TWILIO_API_BASE`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "running")]
    sandbox: Option<&'static str>,
    /// Provider of the language model: `sandbox` (scripted, free of charge), `openai` (or a compatible API),
    /// `anthropic`.
    #[schema(example = "sandbox")]
    language_model: &'static str,
    /// Whether the ledger is available.
    ledger: bool,
    /// Last position of the log known to this process.
    position: i64,
    projections: Vec<ModelHealth>,
}

/// The health of a read model.
#[derive(Serialize, ToSchema)]
pub struct ModelHealth {
    name: &'static str,
    /// Number of positions behind the log.
    lag: i64,
    /// Number of events that could not be projected, including later events of the same streams.
    dead_letters: i64,
    /// Seconds since this process last followed the log for it, from one minute on; it is retried all the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    stalled_s: Option<u64>,
}

/// What the report is about.
pub struct HealthResource {
    config: Arc<Config>,
    ledger: Ledger,
    models: ReadModels,
    sandbox: SandboxStatusWatch,
    drain: Drain,
}

composed_of_parts!(HealthResource {
    config,
    ledger,
    models,
    sandbox,
    drain
});

/// Lag from which the service is `degraded`, in positions.
const MAX_LAG: i64 = 10_000;

/// The health of the service.
#[utoipa::path(
    get, path = "/health", tag = "machines", security(()),
    responses((status = OK, body = Health), (status = SERVICE_UNAVAILABLE, body = Health))
)]
pub async fn health(State(service): State<HealthResource>) -> (StatusCode, Json<Health>) {
    let ledger = ledger_answers(&service.ledger).await;
    let models = if ledger {
        tokio::time::timeout(super::ready::QUERY_TIMEOUT, service.models.status())
            .await
            .ok()
            .and_then(Result::ok)
    } else {
        None
    };
    let stalled = service.models.progress().stalled(STALLED_AFTER);
    let is_healthy = stalled.is_empty()
        && models.as_ref().is_some_and(|models| {
            models
                .iter()
                .all(|model| model.lag < MAX_LAG && model.dead_letters == 0)
        });
    let (code, status) = match (ledger, service.drain.is_finishing_calls(), is_healthy) {
        (false, ..) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        (true, true, _) => (StatusCode::OK, "draining"),
        (true, false, true) => (StatusCode::OK, "ok"),
        (true, false, false) => (StatusCode::OK, "degraded"),
    };
    let projections = models.unwrap_or_default().into_iter().map(|model| ModelHealth {
        name: model.model,
        lag: model.lag,
        dead_letters: model.dead_letters,
        stalled_s: stalled
            .iter()
            .find(|(name, _)| *name == model.model)
            .map(|(_, idle)| idle.as_secs()),
    });
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        telephone_network: if service.config.twilio.sandbox {
            "sandbox"
        } else {
            "twilio"
        },
        sandbox: service.sandbox.borrow().as_str(),
        language_model: service.config.models.chat_provider_name(),
        ledger,
        position: service.ledger.known_head(),
        projections: projections.collect(),
    };
    (code, Json(health))
}
