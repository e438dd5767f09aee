//! `GET /api/active-users`: who is here.

use crate::auth::{Permission, SignedIn};
use crate::error::ApiError;
use crate::state::AppState;
use crate::web::Rfc3339;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody who is here.
#[derive(Serialize, ToSchema)]
pub struct ActiveUser {
    /// Who.
    user_id: String,
    /// For people.
    name: String,
    /// `admin`, `agent`, `auditor`, `analyst`.
    role: &'static str,
    /// When they last asked for something.
    seen_at: Rfc3339,
    /// Whether they have the live feed open.
    live: bool,
}

/// Who asked for something in the last two minutes, or has the live feed open. With several processes: of this one.
#[utoipa::path(get, path = "/api/active-users", tag = "users", responses((status = OK, body = Vec<ActiveUser>)))]
pub async fn active_users(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Json<Vec<ActiveUser>>, ApiError> {
    signed_in.may(Permission::ViewPresence)?;
    let here = state.presence.here(signed_in.tenant(), state.clock.now());
    Ok(Json(
        here.into_iter()
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
