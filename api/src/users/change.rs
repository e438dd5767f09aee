//! `PATCH /api/users/{user_id}`: an admin changes a user; every user may change their own name and password.

use super::{UserView, of_tenant};
use crate::auth::{Confirmed, Permission, SignedIn, name, password};
use crate::error::{ApiError, Problem};
use crate::limits::Limits;
use crate::web::{Body, PathOf};
use axum::Json;
use axum::extract::State;
use engine::{SharedEngine, user_events};
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
    /// With a new password: whether the user's API tokens are revoked. Required if the user has some, except in a request
    /// with an API token, which keeps them by default.
    revoke_tokens: Option<bool>,
}

/// Changes a user.
#[utoipa::path(
    patch, path = "/api/users/{user_id}", tag = "users", params(("user_id" = String, Path)), request_body = ChangeUser,
    responses(
        (status = OK, body = UserView),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "The last admin, or the last operator, cannot be removed"),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn change_user(
    State(engine): State<SharedEngine>,
    State(limits): State<Arc<Limits>>,
    signed_in: SignedIn,
    confirmed: Confirmed,
    PathOf(user_id): PathOf<String>,
    Body(body): Body<ChangeUser>,
) -> Result<Json<UserView>, ApiError> {
    let accounts = &engine.accounts;
    let is_own = user_id == signed_in.user.user_id;
    if !is_own || body.role.is_some() || body.active.is_some() {
        signed_in.may(Permission::ManageUsers)?;
        confirmed.require()?;
    }
    let user = of_tenant(accounts, &signed_in, &user_id).await?;
    if body.active == Some(false) {
        ensure_replaceable(accounts, &user).await?;
    } else if body.role.is_some_and(|role| role != Role::Admin) {
        ensure_other_admin(accounts, &user).await?;
    }
    let ends_sessions = body.password.is_some() || body.active == Some(false);
    let body_tokens = (body.password.is_some(), body.revoke_tokens);
    let change = UserChange {
        name: body.name.as_deref().map(name).transpose()?,
        role: body.role,
        active: body.active,
        password_hash: new_password(&limits, &user, is_own, body.password, body.current_password).await?,
    };
    let revokes_tokens = revokes_tokens(accounts, &signed_in, &user_id, &body_tokens).await?;
    let (now, origin) = (engine.clock.now(), signed_in.origin());
    accounts.change_user(&user_id, &change, now, &origin).await?;
    if revokes_tokens {
        accounts.remove_tokens_of(&user, now, &origin).await?;
    }
    if ends_sessions {
        accounts.end_sessions_of(&user_id).await?;
    }
    user_events::append_after_request(&engine).await;
    let changed = accounts.user(&user_id).await?.ok_or(ApiError::NotFound("user"))?;
    Ok(Json(changed.into()))
}

/// Whether the tokens of a user are revoked with a new password. Who changes it because it was stolen has to
/// decide: a token that was made with it would outlive it.
async fn revokes_tokens(
    accounts: &Accounts,
    signed_in: &SignedIn,
    user_id: &str,
    (has_new_password, wanted): &(bool, Option<bool>),
) -> Result<bool, ApiError> {
    match wanted {
        Some(_) if !has_new_password => Err(ApiError::field("/revoke_tokens", "needs a new password")),
        Some(wanted) => Ok(*wanted),
        None if *has_new_password && signed_in.session.is_some() => {
            let count = accounts.tokens_of(user_id).await?.len();
            if count == 0 {
                return Ok(false);
            }
            let detail = format!("is required: should the {count} API tokens of the user be revoked, or stay valid?");
            Err(ApiError::field("/revoke_tokens", detail))
        }
        None => Ok(false),
    }
}

/// Refuses to remove the last admin of the tenant, or the last operator of the installation.
pub(super) async fn ensure_replaceable(accounts: &Accounts, user: &User) -> Result<(), ApiError> {
    ensure_other_admin(accounts, user).await?;
    if user.operator && !accounts.has_other_operator(user).await? {
        return Err(ApiError::Conflict(
            "this is the only operator of the installation".to_owned(),
        ));
    }
    Ok(())
}

async fn ensure_other_admin(accounts: &Accounts, user: &User) -> Result<(), ApiError> {
    if user.role == Role::Admin && !accounts.has_other_admin(user).await? {
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
        limits.password_attempt(&user.email, None)?;
        let current =
            current.ok_or_else(|| ApiError::field("/current_password", "is required to change your own password"))?;
        if !password::verify(current, Some(user.password_hash.clone())).await? {
            return Err(ApiError::field("/current_password", "is wrong"));
        }
    }
    password::hash(new).await.map(Some)
}
