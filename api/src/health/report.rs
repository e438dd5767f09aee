//! `GET /health`: how the service is, for a person.

use super::ready::ledger_answers;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// How the service is.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `ok`, `degraded` (a read model is late or has dead letters), `unavailable`, `draining`.
    #[schema(example = "ok")]
    status: &'static str,
    /// The program's version.
    version: &'static str,
    /// `twilio`, or `sandbox`: then no real call is made or taken.
    telephone_network: &'static str,
    /// The sandbox, where it is the telephone network: `running` beside this service, `restarting`, `missing` (its program
    /// is not there), or `elsewhere` (at `TWILIO_API_BASE`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "running")]
    sandbox: Option<&'static str>,
    /// Whose language model speaks: `sandbox` (by a script, for nothing), `openai` (or who speaks as OpenAI does), `anthropic`.
    #[schema(example = "sandbox")]
    language_model: &'static str,
    /// Whether the ledger answers.
    ledger: bool,
    /// The last position of the log, as this process knows it.
    position: i64,
    /// The read models.
    projections: Vec<ModelHealth>,
}

/// How a read model is.
#[derive(Serialize, ToSchema)]
pub struct ModelHealth {
    /// Its name.
    name: &'static str,
    /// How far it is behind.
    lag: i64,
    /// Events that could not be projected, with those that wait behind them.
    dead_letters: i64,
}

/// A read model that is further behind is late.
const LATE: i64 = 10_000;

/// How the service is.
#[utoipa::path(
    get, path = "/health", tag = "machines", security(()),
    responses((status = OK, body = Health), (status = SERVICE_UNAVAILABLE, body = Health))
)]
pub async fn health(State(state): State<AppState>) -> (StatusCode, Json<Health>) {
    let ledger = ledger_answers(&state).await;
    let models = if ledger {
        tokio::time::timeout(super::ready::LONGEST, state.models.status())
            .await
            .ok()
            .and_then(Result::ok)
    } else {
        None
    };
    let is_well = models
        .as_ref()
        .is_some_and(|models| models.iter().all(|model| model.lag < LATE && model.dead_letters == 0));
    let (code, status) = match (ledger, state.drain.is_ordered(), is_well) {
        (false, ..) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        (true, true, _) => (StatusCode::OK, "draining"),
        (true, false, true) => (StatusCode::OK, "ok"),
        (true, false, false) => (StatusCode::OK, "degraded"),
    };
    let projections = models.unwrap_or_default().into_iter().map(|model| ModelHealth {
        name: model.model,
        lag: model.lag,
        dead_letters: model.dead_letters,
    });
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        telephone_network: if state.config.twilio.sandbox {
            "sandbox"
        } else {
            "twilio"
        },
        sandbox: state.sandbox.borrow().as_str(),
        language_model: state.config.models.who_speaks(),
        ledger,
        position: state.ledger.known_head(),
        projections: projections.collect(),
    };
    (code, Json(health))
}
