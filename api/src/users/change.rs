//! `PATCH /api/users/{user_id}`: an admin changes a user; every user may change their own name and password.

use super::UserView;
use crate::auth::{Permission, SignedIn, name, password};
use crate::error::{ApiError, Problem};
use crate::limits::Limits;
use crate::web::{Body, PathOf};
use axum::Json;
use axum::extract::State;
use infra::accounts::{Accounts, Role, User, UserChange};
use infra::secret::Secret;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The fields to change; absent fields stay unchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeUser {
    /// Display name.
    name: Option<String>,
    /// `admin`, `agent`, `auditor`, `analyst`. Admins only.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// Whether the user may sign in. Admins only.
    active: Option<bool>,
    /// New password; all login sessions of the user end.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Secret>,
    /// Current password; required to change one's own password.
    #[schema(value_type = Option<String>, format = Password)]
    current_password: Option<Secret>,
}

/// Changes a user.
#[utoipa::path(
    patch, path = "/api/users/{user_id}", tag = "users", params(("user_id" = String, Path)), request_body = ChangeUser,
    responses(
        (status = OK, body = UserView),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The last admin cannot be removed"),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn change_user(
    State(accounts): State<Accounts>,
    State(limits): State<Arc<Limits>>,
    signed_in: SignedIn,
    PathOf(user_id): PathOf<String>,
    Body(body): Body<ChangeUser>,
) -> Result<Json<UserView>, ApiError> {
    let is_own = user_id == signed_in.user.user_id;
    if !is_own || body.role.is_some() || body.active.is_some() {
        signed_in.may(Permission::ManageUsers)?;
    }
    let user = accounts
        .user(&user_id)
        .await?
        .filter(|user| user.tenant == signed_in.tenant());
    let user = user.ok_or(ApiError::NotFound("user"))?;
    ensure_other_admin(&accounts, &user, &body).await?;
    let ends_sessions = body.password.is_some() || body.active == Some(false);
    let change = UserChange {
        name: body.name.as_deref().map(name).transpose()?,
        role: body.role,
        active: body.active,
        password_hash: new_password(&limits, &user, is_own, body.password, body.current_password).await?,
    };
    accounts.change_user(&user_id, &change).await?;
    if ends_sessions {
        accounts.end_sessions_of(&user_id).await?;
    }
    let changed = accounts.user(&user_id).await?.ok_or(ApiError::NotFound("user"))?;
    Ok(Json(changed.into()))
}

/// Refuses to remove the last admin.
async fn ensure_other_admin(accounts: &Accounts, user: &User, body: &ChangeUser) -> Result<(), ApiError> {
    let removes_admin =
        user.role == Role::Admin && (body.role.is_some_and(|role| role != Role::Admin) || body.active == Some(false));
    if removes_admin && !accounts.has_other_admin(user).await? {
        return Err(ApiError::Conflict("this is the only admin".to_owned()));
    }
    Ok(())
}

/// Checks and hashes the new password. A user who changes their own must know the current one, so that an unattended
/// browser is not enough.
async fn new_password(
    limits: &Limits,
    user: &User,
    is_own: bool,
    new: Option<Secret>,
    current: Option<Secret>,
) -> Result<Option<String>, ApiError> {
    let Some(new) = new else { return Ok(None) };
    password::check(&new)?;
    if is_own {
        limits.password_attempt(&user.email)?;
        let current =
            current.ok_or_else(|| ApiError::field("/current_password", "is required to change your own password"))?;
        if !password::verify(current, Some(user.password_hash.clone())).await? {
            return Err(ApiError::field("/current_password", "is wrong"));
        }
    }
    password::hash(new).await.map(Some)
}
