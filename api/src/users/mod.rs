//! Users: presence and administration.

pub mod active;
pub mod change;
pub mod erase;
pub mod history;
pub mod invitations;
pub mod invite;
pub mod list;
pub mod names;

use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::web::Rfc3339;
use infra::accounts::{Accounts, User};
use serde::Serialize;
use utoipa::ToSchema;

/// A user, as other users see them.
#[derive(Serialize, ToSchema)]
pub struct UserView {
    /// Identifies the user in events.
    user_id: String,
    email: String,
    /// Display name.
    name: String,
    /// `admin`, `agent`, `auditor`, `analyst`.
    #[schema(example = "agent")]
    role: &'static str,
    /// Whether the user operates the installation, for all tenants.
    operator: bool,
    /// Whether the user may sign in.
    active: bool,
    created_at: Rfc3339,
    last_seen_at: Option<Rfc3339>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            user_id: user.user_id,
            email: user.email,
            name: user.name,
            role: user.role.as_str(),
            operator: user.operator,
            active: user.active,
            created_at: user.created_at.into(),
            last_seen_at: user.last_seen_at.map(Rfc3339::from),
        }
    }
}

/// The user with this id, if they belong to the tenant of the request and were not erased.
///
/// # Errors
/// 404 when they do not, or were.
async fn of_tenant(accounts: &Accounts, signed_in: &SignedIn, user_id: &str) -> Result<User, ApiError> {
    let user = accounts.user(user_id).await?;
    user.filter(|user| user.tenant == signed_in.tenant() && !user.is_erased())
        .ok_or(ApiError::NotFound("user"))
}
