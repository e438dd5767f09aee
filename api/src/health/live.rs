//! `GET /health/live`: the process runs. Green also while it drains: nobody shall kill it for being on its way out.

/// The process runs.
#[utoipa::path(get, path = "/health/live", tag = "machines", security(()), responses((status = OK, body = String)))]
pub async fn live() -> &'static str {
    "live"
}
