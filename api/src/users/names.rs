//! `GET /api/colleagues`: the names of all users, for pages that show who did something.
//!
//! Only names: e-mail addresses, roles and sign-in status are for admins (`GET /api/users`). Deactivated users are
//! included, because their actions stay in the log.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use axum::Json;
use axum::extract::State;
use infra::accounts::Accounts;
use serde::Serialize;
use utoipa::ToSchema;

/// The name of a user.
#[derive(Serialize, ToSchema)]
pub struct Colleague {
    /// Identifies the user in events.
    user_id: String,
    /// Display name.
    name: String,
}

/// The names of all users of the tenant, sorted.
#[utoipa::path(
    get, path = "/api/colleagues", tag = "users",
    responses((status = OK, body = Vec<Colleague>), (status = UNAUTHORIZED, body = Problem))
)]
pub async fn colleagues(
    State(accounts): State<Accounts>,
    signed_in: SignedIn,
) -> Result<Json<Vec<Colleague>>, ApiError> {
    signed_in.may(Permission::ViewPresence)?;
    let users = accounts.users(signed_in.tenant()).await?;
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
