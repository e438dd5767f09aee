//! Users: who is here, and administration.

pub mod active;
pub mod change;
pub mod invite;
pub mod list;
pub mod names;

use crate::web::Rfc3339;
use infra::accounts::User;
use serde::Serialize;
use utoipa::ToSchema;

/// A user, as their colleagues see them.
#[derive(Serialize, ToSchema)]
pub struct UserView {
    /// What events know of them.
    user_id: String,
    /// Their address.
    email: String,
    /// For people.
    name: String,
    /// `admin`, `agent`, `auditor`, `analyst`.
    #[schema(example = "agent")]
    role: &'static str,
    /// Whether they may sign in.
    active: bool,
    /// When they registered.
    created_at: Rfc3339,
    /// When they were last seen.
    last_seen_at: Option<Rfc3339>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            user_id: user.user_id,
            email: user.email,
            name: user.name,
            role: user.role.as_str(),
            active: user.active,
            created_at: user.created_at.into(),
            last_seen_at: user.last_seen_at.map(Rfc3339::from),
        }
    }
}
