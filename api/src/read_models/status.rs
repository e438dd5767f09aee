//! `GET /api/projections`: how every read model stands.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::Rfc3339;
use axum::Json;
use axum::extract::State;
use projections::runner::{ModelStatus, RebuildStatus, Stage};
use serde::Serialize;
use utoipa::ToSchema;

/// How a read model stands.
#[derive(Serialize, ToSchema)]
pub struct ProjectionStatus {
    /// Its name.
    #[schema(example = "call_log")]
    name: &'static str,
    /// The last position that it has finished.
    position: i64,
    /// The last position of the log.
    head: i64,
    /// How far it is behind.
    lag: i64,
    /// Events a second that this process projects, lately.
    events_per_second: f64,
    /// The version of its rows.
    version: i64,
    /// The version that this program would make.
    code_version: i64,
    /// Which of the model's namespaces is current.
    generation: i64,
    /// The process that follows the log for it; absent when none does.
    owner: Option<String>,
    /// When its rows became the current ones by a rebuild.
    switched_at: Option<Rfc3339>,
    /// Events that could not be projected, with those that wait behind them.
    dead_letters: i64,
    /// Streams that wait.
    parked_streams: i64,
    /// The rebuild that goes on in this process.
    rebuild: Option<RebuildProgress>,
    /// What the last rebuild came to that was ordered from this process.
    #[schema(value_type = Option<Object>)]
    last_rebuild: Option<serde_json::Value>,
}

/// How far a rebuild has come.
#[derive(Clone, Serialize, ToSchema)]
pub struct RebuildProgress {
    /// `loading`, `indexing`, `catching_up`, `comparing`, `switching`.
    stage: &'static str,
    /// Events done.
    done: i64,
    /// Events to do, as far as is known.
    total: i64,
    /// Events a second, so far.
    events_per_second: f64,
    /// Seconds left to load, at that rate.
    seconds_left: Option<f64>,
}

impl From<RebuildStatus> for RebuildProgress {
    fn from(status: RebuildStatus) -> Self {
        Self {
            stage: stage(status.stage),
            done: status.done,
            total: status.total,
            events_per_second: status.events_per_second,
            seconds_left: status.seconds_left,
        }
    }
}

/// A stage's name.
#[must_use]
pub const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Loading => "loading",
        Stage::Indexing => "indexing",
        Stage::CatchingUp => "catching_up",
        Stage::Comparing => "comparing",
        Stage::Switching => "switching",
    }
}

/// How every read model stands.
#[utoipa::path(
    get, path = "/api/projections", tag = "projections",
    responses((status = OK, body = Vec<ProjectionStatus>), (status = FORBIDDEN, body = Problem))
)]
pub async fn projection_status(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Json<Vec<ProjectionStatus>>, ApiError> {
    signed_in.may(Permission::ViewProjections)?;
    let all = state.models.status().await?;
    Ok(Json(all.into_iter().map(|status| view(&state, status)).collect()))
}

fn view(state: &AppState, status: ModelStatus) -> ProjectionStatus {
    ProjectionStatus {
        last_rebuild: state.rebuilds.last(status.model),
        name: status.model,
        position: status.position,
        head: status.head,
        lag: status.lag,
        events_per_second: status.events_per_second,
        version: status.version,
        code_version: status.code_version,
        generation: status.generation,
        owner: status.owner,
        switched_at: status.switched_at.map(Rfc3339::from),
        dead_letters: status.dead_letters,
        parked_streams: status.parked_streams,
        rebuild: status.rebuild.map(RebuildProgress::from),
    }
}
