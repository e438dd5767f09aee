//! `POST /api/projections/{name}/rebuild`: makes a read model anew, in the background.
//!
//! The request is answered at once; progress is in `GET /api/projections` and on the live feed, and the difference, when
//! it is done, in `last_rebuild`. Personal values are never in it.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Parameters, PathOf};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use projections::rebuild::{RebuildError, RebuildOptions};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use utoipa::{IntoParams, ToSchema};

/// What the last rebuilds came to, by model; and which go on.
#[derive(Default)]
pub struct Rebuilds {
    last: Mutex<HashMap<&'static str, serde_json::Value>>,
    running: Mutex<std::collections::HashSet<&'static str>>,
}

impl Rebuilds {
    /// What the last rebuild of a model came to.
    #[must_use]
    pub fn last(&self, model: &str) -> Option<serde_json::Value> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(model)
            .cloned()
    }

    fn begin(&self, model: &'static str) -> bool {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(model)
    }

    fn end(&self, model: &'static str, outcome: serde_json::Value) {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(model, outcome);
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(model);
    }
}

/// How to rebuild.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RebuildOf {
    /// Only tell what would change [default: false].
    #[serde(default)]
    dry_run: bool,
}

/// A rebuild that has begun.
#[derive(Serialize, ToSchema)]
pub struct Begun {
    /// The read model.
    name: &'static str,
    /// Whether it only tells what would change.
    dry_run: bool,
}

/// Makes a read model anew from the first event on, beside the one that readers read, and switches.
#[utoipa::path(
    post, path = "/api/projections/{name}/rebuild", tag = "projections", params(("name" = String, Path), RebuildOf),
    responses(
        (status = ACCEPTED, body = Begun, description = "Begun; progress is in GET /api/projections"),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is being rebuilt already"),
    )
)]
pub async fn rebuild_projection(
    State(state): State<AppState>,
    signed_in: SignedIn,
    PathOf(name): PathOf<String>,
    Parameters(wanted): Parameters<RebuildOf>,
) -> Result<(StatusCode, Json<Begun>), ApiError> {
    signed_in.may(Permission::Rebuild)?;
    let projector = state
        .models
        .projectors()
        .iter()
        .find(|projector| projector.name() == name);
    let name = projector.ok_or(ApiError::NotFound("read model"))?.name();
    if !state.rebuilds.begin(name) {
        return Err(ApiError::Conflict(RebuildError::Running.to_string()));
    }
    let options = RebuildOptions {
        compare: true,
        switch: !wanted.dry_run,
    };
    tracing::info!(model = name, dry_run = wanted.dry_run, "a rebuild was ordered");
    let task = state.clone();
    tokio::spawn(async move {
        let outcome = match task.models.rebuild(name, options).await {
            Ok(report) => serde_json::to_value(report).unwrap_or_default(),
            Err(error) => {
                tracing::error!(model = name, %error, "a rebuild failed; the read model is as it was");
                serde_json::json!({ "model": name, "error": error.to_string() })
            }
        };
        task.rebuilds.end(name, outcome);
    });
    Ok((
        StatusCode::ACCEPTED,
        Json(Begun {
            name,
            dry_run: wanted.dry_run,
        }),
    ))
}
