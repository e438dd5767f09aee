//! `GET /api/projections`: the status of every read model.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::Rfc3339;
use axum::Json;
use axum::extract::State;
use infra::accounts::User;
use projections::ReadModels;
use projections::runner::{ModelStatus, RebuildStatus, Stage};
use serde::Serialize;
use utoipa::ToSchema;

/// The status of a read model.
#[derive(Serialize, ToSchema)]
pub struct ProjectionStatus {
    #[schema(example = "call_log")]
    name: &'static str,
    /// Last position that was projected.
    position: i64,
    /// Last position of the log.
    head: i64,
    /// Number of positions behind the log.
    lag: i64,
    /// Recent throughput of this process.
    events_per_second: f64,
    /// Version of the code that wrote its rows.
    version: i64,
    /// Version of the code of this program.
    code_version: i64,
    /// Number of the current namespace.
    generation: i64,
    /// The process that holds the model's lease; absent if there is none.
    owner: Option<String>,
    /// Time of the last switch by a rebuild.
    switched_at: Option<Rfc3339>,
    /// Number of events that could not be projected, including later events of the same streams.
    dead_letters: i64,
    /// Number of streams with dead letters.
    parked_streams: i64,
    /// Running rebuild, in any process.
    rebuild: Option<RebuildProgress>,
    /// Result of the last rebuild, by any process. Of the rows that differ, those of the tenant; the counts include all.
    #[schema(value_type = Option<Object>)]
    last_rebuild: Option<serde_json::Value>,
}

/// Progress of a rebuild.
#[derive(Clone, Serialize, ToSchema)]
pub struct RebuildProgress {
    /// `loading`, `indexing`, `catching_up`, `comparing`, `switching`.
    stage: &'static str,
    /// Number of projected events.
    done: i64,
    /// Estimated total number of events.
    total: i64,
    /// Average throughput.
    events_per_second: f64,
    /// Estimated seconds until loading is finished.
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

/// The name of a stage.
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

/// The status of every read model.
#[utoipa::path(
    get, path = "/api/projections", tag = "projections",
    responses((status = OK, body = Vec<ProjectionStatus>), (status = FORBIDDEN, body = Problem))
)]
pub async fn projection_status(
    State(models): State<ReadModels>,
    signed_in: SignedIn,
) -> Result<Json<Vec<ProjectionStatus>>, ApiError> {
    signed_in.may(Permission::ViewProjections)?;
    let all = models.status().await?;
    Ok(Json(
        all.into_iter().map(|status| view(status, &signed_in.user)).collect(),
    ))
}

fn view(status: ModelStatus, reader: &User) -> ProjectionStatus {
    ProjectionStatus {
        last_rebuild: status.last_rebuild.map(|report| shown_to(reader, report)),
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

/// The report of a rebuild as this user may see it: without rows of other tenants. Rows of no tenant are for operators.
fn shown_to(reader: &User, mut report: serde_json::Value) -> serde_json::Value {
    let tables = report
        .pointer_mut("/difference/tables")
        .and_then(serde_json::Value::as_array_mut);
    for table in tables.into_iter().flatten() {
        if let Some(rows) = table.get_mut("first").and_then(serde_json::Value::as_array_mut) {
            rows.retain(|row| match row.get("tenant").and_then(serde_json::Value::as_str) {
                Some(tenant) => tenant == reader.tenant,
                None => reader.operator,
            });
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra::accounts::Role;
    use serde_json::json;

    fn reader(tenant: &str, operator: bool) -> User {
        User {
            user_id: "user_1".into(),
            tenant: tenant.into(),
            email: "ada@example.org".into(),
            name: "Ada".into(),
            role: Role::Analyst,
            operator,
            password_hash: String::new(),
            active: true,
            created_at: 0,
            last_seen_at: None,
        }
    }

    #[test]
    fn report_shows_rows_of_the_readers_tenant_and_counts_of_all() {
        let row = |tenant: Option<&str>, key: &str| match tenant {
            Some(tenant) => json!({ "tenant": tenant, "key": [key] }),
            None => json!({ "key": [key] }),
        };
        let first = [row(Some("default"), "1"), row(Some("acme"), "2"), row(None, "3")];
        let report = json!({ "difference": { "tables": [{ "different": 3, "first": first }] }, "switched": false });
        let keys = |tenant: &str, operator: bool| {
            let shown = shown_to(&reader(tenant, operator), report.clone());
            let table = shown["difference"]["tables"][0].clone();
            assert_eq!(table["different"], 3);
            let rows = table["first"].as_array().expect("rows").iter();
            rows.map(|row| row["key"][0].as_str().expect("a key").to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(keys("default", false), ["1"]);
        assert_eq!(keys("acme", false), ["2"]);
        assert_eq!(keys("acme", true), ["2", "3"]);
        assert_eq!(keys("other", false), Vec::<String>::new());
        // A failed rebuild has no difference.
        let failed = json!({ "error": "interrupted" });
        assert_eq!(shown_to(&reader("acme", false), failed.clone()), failed);
    }
}
