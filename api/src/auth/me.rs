//! `GET /api/auth/me`: the signed-in user and their permissions.

use super::{Permission, SignedIn, User};
use crate::error::Problem;
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The signed-in user.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Identifies the user in events.
    user_id: String,
    email: String,
    /// Display name.
    name: String,
    /// `admin`, `agent`, `auditor`, `analyst`.
    #[schema(example = "admin")]
    role: &'static str,
    tenant: String,
    /// Whether the user operates the installation, for all tenants.
    operator: bool,
    /// Permissions of the user; pages show only what they allow.
    permissions: Vec<Permission>,
}

impl Me {
    pub(super) fn of(user: &User) -> Self {
        Self {
            user_id: user.user_id.clone(),
            email: user.email.clone(),
            name: user.name.clone(),
            role: user.role.as_str(),
            tenant: user.tenant.clone(),
            operator: user.operator,
            permissions: Permission::of(user),
        }
    }
}

/// The signed-in user and their permissions.
#[utoipa::path(
    get, path = "/api/auth/me", tag = "auth",
    responses((status = OK, body = Me), (status = UNAUTHORIZED, body = Problem))
)]
pub async fn me(signed_in: SignedIn) -> Json<Me> {
    Json(Me::of(&signed_in.user))
}
