//! `PATCH /api/users/{user_id}`: an admin changes a user; anybody may change their own name and password.

use super::UserView;
use crate::auth::{Permission, SignedIn, name, password};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, PathOf};
use axum::Json;
use axum::extract::State;
use infra::config::Secret;
use infra::accounts::{Role, User, UserChange};
use serde::Deserialize;
use utoipa::ToSchema;

/// What changes; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeUser {
    /// For people.
    name: Option<String>,
    /// `admin`, `agent`, `auditor`, `analyst`. Admins only.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// Whether they may sign in. Admins only.
    active: Option<bool>,
    /// A new password; every session of the user ends.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Secret>,
    /// The password until now: needed to change one's own.
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
        (status = CONFLICT, body = Problem, description = "The last admin stays one"),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn change_user(
    State(state): State<AppState>,
    signed_in: SignedIn,
    PathOf(user_id): PathOf<String>,
    Body(wanted): Body<ChangeUser>,
) -> Result<Json<UserView>, ApiError> {
    let is_own = user_id == signed_in.user.user_id;
    if !is_own || wanted.role.is_some() || wanted.active.is_some() {
        signed_in.may(Permission::ManageUsers)?;
    }
    let user = state
        .accounts
        .user(&user_id)
        .await?
        .filter(|user| user.tenant == signed_in.tenant());
    let user = user.ok_or(ApiError::NotFound("user"))?;
    keep_an_admin(&state, &user, &wanted).await?;
    let ends_sessions = wanted.password.is_some() || wanted.active == Some(false);
    let change = UserChange {
        name: wanted.name.as_deref().map(name).transpose()?,
        role: wanted.role,
        active: wanted.active,
        password_hash: new_password(&state, &user, is_own, wanted.password, wanted.current_password).await?,
    };
    state.accounts.change_user(&user_id, &change).await?;
    if ends_sessions {
        state.accounts.end_sessions_of(&user_id).await?;
    }
    let changed = state.accounts.user(&user_id).await?.ok_or(ApiError::NotFound("user"))?;
    Ok(Json(changed.into()))
}

/// Somebody must be left who can let others in.
async fn keep_an_admin(state: &AppState, user: &User, wanted: &ChangeUser) -> Result<(), ApiError> {
    let stops = user.role == Role::Admin
        && (wanted.role.is_some_and(|role| role != Role::Admin) || wanted.active == Some(false));
    if stops && !state.accounts.has_other_admin(user).await? {
        return Err(ApiError::Conflict("this is the only admin".to_owned()));
    }
    Ok(())
}

/// One's own password is changed by who knows it, and not by who finds a browser open.
async fn new_password(
    state: &AppState,
    user: &User,
    is_own: bool,
    new: Option<Secret>,
    current: Option<Secret>,
) -> Result<Option<String>, ApiError> {
    let Some(new) = new else { return Ok(None) };
    password::check(&new)?;
    if is_own {
        state.limits.guess(&user.email)?;
        let current = current.ok_or_else(|| ApiError::field("/current_password", "is missing"))?;
        if !password::verify(current, Some(user.password_hash.clone())).await? {
            return Err(ApiError::field("/current_password", "is wrong"));
        }
    }
    password::hash(new).await.map(Some)
}
