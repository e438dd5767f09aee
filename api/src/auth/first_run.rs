//! `GET /api/auth/first-run`: whether no user has registered yet, so that the page shows the right form.
//!
//! Unauthenticated, like registration: it reveals no more than `POST /api/auth/register` without an invitation does.

use crate::error::ApiError;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse};
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
}

/// Whether no user has registered yet.
#[utoipa::path(get, path = "/api/auth/first-run", tag = "auth", security(()), responses((status = OK, body = FirstRun)))]
pub async fn first_run(
    State(accounts): State<Accounts>,
    State(config): State<Arc<Config>>,
) -> Result<impl IntoResponse, ApiError> {
    let first_run = accounts.is_empty().await?;
    // The page that was opened over `http` cannot keep the session cookie, which is sent over `https` only. It shows this.
    let canonical = config
        .is_https()
        .then(|| (header::LINK, format!("<{}>; rel=\"canonical\"", config.public_url)));
    Ok((AppendHeaders(canonical), Json(FirstRun { first_run })))
}
