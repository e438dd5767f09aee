//! `GET /api/auth/first-run`: whether no user has registered yet, so that the page shows the right form.
//!
//! Unauthenticated, like registration: it reveals no more than `POST /api/auth/register` without an invitation does.

use crate::error::ApiError;
use axum::Json;
use axum::extract::State;
use infra::accounts::Accounts;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether this is the first run.
#[derive(Serialize, ToSchema)]
pub struct FirstRun {
    /// Whether no user has registered yet. The first user becomes the admin, without an invitation.
    first_run: bool,
}

/// Whether no user has registered yet.
#[utoipa::path(get, path = "/api/auth/first-run", tag = "auth", security(()), responses((status = OK, body = FirstRun)))]
pub async fn first_run(State(accounts): State<Accounts>) -> Result<Json<FirstRun>, ApiError> {
    let first_run = accounts.is_empty().await?;
    Ok(Json(FirstRun { first_run }))
}
