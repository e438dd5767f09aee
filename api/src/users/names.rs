//! `GET /api/colleagues`: what everybody is called, for pages that say who did something.
//!
//! Names and nothing else: addresses, roles and who may sign in are for admins (`GET /api/users`). Those who may no longer
//! sign in are among them: what they did stays.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// What a user is called.
#[derive(Serialize, ToSchema)]
pub struct Colleague {
    /// What events know of them.
    user_id: String,
    /// For people.
    name: String,
}

/// What everybody of the tenant is called, by name.
#[utoipa::path(
    get, path = "/api/colleagues", tag = "users",
    responses((status = OK, body = Vec<Colleague>), (status = UNAUTHORIZED, body = Problem))
)]
pub async fn colleagues(State(state): State<AppState>, signed_in: SignedIn) -> Result<Json<Vec<Colleague>>, ApiError> {
    signed_in.may(Permission::ViewPresence)?;
    let users = state.accounts.users(signed_in.tenant()).await?;
    Ok(Json(
        users
            .into_iter()
            .map(|user| Colleague {
                user_id: user.user_id,
                name: user.name,
            })
            .collect(),
    ))
}
