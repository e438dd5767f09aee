//! `POST /api/projections/{name}/rebuild`: rebuilds a read model in the background.
//!
//! The request returns immediately. Progress is in `GET /api/projections` and on the live feed, and the difference is
//! in `last_rebuild` when the rebuild has finished. Every process shows both. They contain no personal values.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Parameters, PathOf};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use projections::ReadModels;
use projections::rebuild::{RebuildError, RebuildOptions};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Rebuild options.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RebuildOf {
    /// Only compute the difference, without switching [default: false].
    #[serde(default)]
    dry_run: bool,
}

/// A started rebuild.
#[derive(Serialize, ToSchema)]
pub struct Begun {
    name: &'static str,
    /// Whether it only computes the difference.
    dry_run: bool,
}

/// Rebuilds a read model from the first event into a shadow namespace, and switches readers to it.
#[utoipa::path(
    post, path = "/api/projections/{name}/rebuild", tag = "projections", params(("name" = String, Path), RebuildOf),
    responses(
        (status = ACCEPTED, body = Begun, description = "Started; progress is in GET /api/projections"),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The read model is already being rebuilt"),
    )
)]
pub async fn rebuild_projection(
    State(models): State<ReadModels>,
    signed_in: SignedIn,
    PathOf(name): PathOf<String>,
    Parameters(query): Parameters<RebuildOf>,
) -> Result<(StatusCode, Json<Begun>), ApiError> {
    signed_in.may(if query.dry_run {
        Permission::CompareReadModels
    } else {
        Permission::Rebuild
    })?;
    let begun = models.begin_rebuild(&name).await.map_err(|error| match error {
        RebuildError::Unknown => ApiError::NotFound("read model"),
        RebuildError::Running => ApiError::Conflict(error.to_string()),
        error => ApiError::Unavailable(error.into()),
    })?;
    let name = begun.model();
    let options = RebuildOptions {
        compare: true,
        switch: !query.dry_run,
    };
    tracing::info!(model = name, dry_run = query.dry_run, "rebuild started");
    tokio::spawn(async move {
        if let Err(error) = begun.run(options).await {
            tracing::error!(model = name, %error, "rebuild failed, read model unchanged");
        }
    });
    Ok((
        StatusCode::ACCEPTED,
        Json(Begun {
            name,
            dry_run: query.dry_run,
        }),
    ))
}
