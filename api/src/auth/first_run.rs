//! `GET /api/auth/first-run`: whether no user has registered yet, so that the page shows the right form.
//!
//! Unauthenticated, like registration: it reveals no more than `POST /api/auth/register` without an invitation does.

use crate::error::ApiError;
use axum::Json;
use axum::extract::State;
use infra::accounts::Accounts;
use infra::config::Config;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Whether this is the first run.
#[derive(Serialize, ToSchema)]
pub struct FirstRun {
    /// Whether no user has registered yet. The first user becomes the admin, without an invitation.
    first_run: bool,
    /// The address of this service, if its session cookie is sent over `https` only: a page that was opened over `http`
    /// cannot sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    secure_url: Option<String>,
}

/// Whether no user has registered yet.
#[utoipa::path(get, path = "/api/auth/first-run", tag = "auth", security(()), responses((status = OK, body = FirstRun)))]
pub async fn first_run(
    State(accounts): State<Accounts>,
    State(config): State<Arc<Config>>,
) -> Result<Json<FirstRun>, ApiError> {
    let first_run = accounts.is_empty().await?;
    let secure_url = config.is_https().then(|| config.public_url.to_string());
    Ok(Json(FirstRun { first_run, secure_url }))
}
