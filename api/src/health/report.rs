//! `GET /health`: a health report for operators.

use super::ready::{QUERY_TIMEOUT, STALLED_AFTER, ledger_answers, reasons};
use crate::state::composed_of_parts;
use crate::web::Rfc3339;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::drain::Drain;
use engine::sandbox_status::SandboxStatusWatch;
use infra::config::Config;
use infra::faults::{Fault, Faults};
use infra::health::{Problem, Severity};
use infra::ledger::Ledger;
use projections::ReadModels;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The health of the service.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `ok`, `degraded` (something does not work, a read model lags or has dead letters, or there are faults), `unavailable`
    /// (not ready: see `problems`), `draining`.
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
    /// What does not work in this process.
    problems: Vec<ProblemReport>,
    /// What an operator has to mend. Work that needs it waits and resumes by itself.
    faults: Vec<FaultHealth>,
}

/// A part that does not work.
#[derive(Serialize, ToSchema)]
pub struct ProblemReport {
    /// `append`, `log`, `keys`, `clock`, or `read model <name>`.
    #[schema(example = "append")]
    part: String,
    /// The kind of the failure, with the code of the database.
    #[schema(example = "disk full (SQLite 13)")]
    cause: String,
    /// Failures with this cause since the part last worked.
    failures: u64,
    /// Seconds since it last worked.
    lasts_s: u64,
    /// Whether the process is not ready because of it.
    blocks_readiness: bool,
}

impl From<Problem> for ProblemReport {
    fn from(problem: Problem) -> Self {
        Self {
            part: problem.part,
            cause: problem.cause,
            failures: problem.failures,
            lasts_s: problem.lasts.as_secs(),
            blocks_readiness: problem.severity == Severity::NotReady,
        }
    }
}

/// A fault of the configuration.
#[derive(Serialize, ToSchema)]
pub struct FaultHealth {
    /// `twilio_credentials`, `twilio_numbers`, `recording_store`, `models`.
    #[schema(example = "recording_store")]
    area: &'static str,
    cause: String,
    since: Rfc3339,
}

/// The health of a read model.
#[derive(Serialize, ToSchema)]
pub struct ModelHealth {
    name: &'static str,
    /// Number of positions behind the log.
    lag: i64,
    /// Number of events that could not be projected, including later events of the same streams.
    dead_letters: i64,
    /// Position of the first of them; the read model's page and its table `dead_letters` have the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_dead_letter: Option<i64>,
    /// Seconds since this process last followed the log for it, from one minute on; it is retried all the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    stalled_s: Option<u64>,
}

impl From<Fault> for FaultHealth {
    fn from(fault: Fault) -> Self {
        Self {
            area: fault.area.as_str(),
            cause: fault.cause,
            since: fault.since.into(),
        }
    }
}

/// What the report is about.
pub struct HealthResource {
    config: Arc<Config>,
    ledger: Ledger,
    models: ReadModels,
    sandbox: SandboxStatusWatch,
    faults: Faults,
    drain: Drain,
}

composed_of_parts!(HealthResource {
    config,
    ledger,
    models,
    sandbox,
    faults,
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
        tokio::time::timeout(QUERY_TIMEOUT, service.models.status_of_each())
            .await
            .unwrap_or_default()
    } else {
        Vec::new()
    };
    let is_ready = ledger && reasons(&service.ledger, &service.models).await.is_empty();
    let problems = service.ledger.health().problems();
    let stalled = service.models.progress().stalled(STALLED_AFTER);
    let faults = service.faults.present();
    let is_healthy = problems.is_empty()
        && faults.is_empty()
        && !models.is_empty()
        && models.iter().all(|(_, status)| {
            let status = status.as_ref();
            status.is_ok_and(|model| model.lag < MAX_LAG && model.dead_letters == 0)
        });
    let (code, status) = match (is_ready, service.drain.is_finishing_calls(), is_healthy) {
        (false, ..) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        (true, true, _) => (StatusCode::OK, "draining"),
        (true, false, true) => (StatusCode::OK, "ok"),
        (true, false, false) => (StatusCode::OK, "degraded"),
    };
    let models = models.into_iter().filter_map(|(_, status)| status.ok());
    let projections = models.map(|model| ModelHealth {
        name: model.model,
        lag: model.lag,
        dead_letters: model.dead_letters,
        first_dead_letter: model.first_dead_letter,
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
        problems: problems.into_iter().map(ProblemReport::from).collect(),
        faults: faults.into_iter().map(FaultHealth::from).collect(),
    };
    (code, Json(health))
}
