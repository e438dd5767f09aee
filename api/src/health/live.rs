//! `GET /health/live`: the process runs. Also green while it drains, so that an orchestrator does not kill it.

/// The process runs.
#[utoipa::path(get, path = "/health/live", tag = "machines", security(()), responses((status = OK, body = String)))]
pub async fn live() -> &'static str {
    "live"
}
