//! `GET /api/active-users`: the users who are online.

use crate::auth::{Permission, SignedIn};
use crate::error::ApiError;
use crate::web::Rfc3339;
use axum::Json;
use axum::extract::State;
use engine::presence::Presence;
use infra::clock::SharedClock;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// An online user.
#[derive(Serialize, ToSchema)]
pub struct ActiveUser {
    user_id: String,
    /// Display name.
    name: String,
    /// `admin`, `agent`, `auditor`, `analyst`.
    role: &'static str,
    /// Time of the last request.
    seen_at: Rfc3339,
    /// Whether the user has an open live feed.
    live: bool,
}

/// The users who sent a request in the last two minutes or have an open live feed, at any process.
#[utoipa::path(get, path = "/api/active-users", tag = "users", responses((status = OK, body = Vec<ActiveUser>)))]
pub async fn active_users(
    State(presence): State<Arc<Presence>>,
    State(clock): State<SharedClock>,
    signed_in: SignedIn,
) -> Result<Json<Vec<ActiveUser>>, ApiError> {
    signed_in.may(Permission::ViewPresence)?;
    let users = presence.present(signed_in.tenant(), clock.now());
    Ok(Json(
        users
            .into_iter()
            .map(|seen| ActiveUser {
                user_id: seen.user.user_id,
                name: seen.user.name,
                role: seen.user.role.as_str(),
                seen_at: seen.at.into(),
                live: seen.feeds > 0,
            })
            .collect(),
    ))
}
