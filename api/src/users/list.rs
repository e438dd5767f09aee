//! `GET /api/users`: all users of the tenant.

use super::UserView;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use axum::Json;
use axum::extract::State;
use infra::accounts::Accounts;

/// All users, by name.
#[utoipa::path(
    get, path = "/api/users", tag = "users",
    responses((status = OK, body = Vec<UserView>), (status = FORBIDDEN, body = Problem))
)]
pub async fn list_users(
    State(accounts): State<Accounts>,
    signed_in: SignedIn,
) -> Result<Json<Vec<UserView>>, ApiError> {
    signed_in.may(Permission::ViewUsers)?;
    let users = accounts.users(signed_in.tenant()).await?;
    Ok(Json(users.into_iter().map(UserView::from).collect()))
}
