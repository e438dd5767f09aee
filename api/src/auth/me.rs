//! `GET /api/auth/me`: who is signed in, and what they may do.

use super::{Permission, SignedIn, User};
use crate::error::Problem;
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The user who is signed in.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// What events know of them.
    user_id: String,
    /// Their address.
    email: String,
    /// For people.
    name: String,
    /// `admin`, `agent`, `auditor`, `analyst`.
    #[schema(example = "admin")]
    role: &'static str,
    /// Whose data they work on.
    tenant: String,
    /// What they may do: pages show nothing else.
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
            permissions: Permission::of(user.role),
        }
    }
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/api/auth/me", tag = "auth",
    responses((status = OK, body = Me), (status = UNAUTHORIZED, body = Problem))
)]
pub async fn me(signed_in: SignedIn) -> Json<Me> {
    Json(Me::of(&signed_in.user))
}
