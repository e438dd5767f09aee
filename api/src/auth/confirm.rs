//! `POST /api/auth/confirm`: the signed-in user gives their password again, before a sensitive action. And [`Confirmed`],
//! which such an action requires.

use super::session::Authentication;
use super::{SignedIn, password};
use crate::error::{ApiError, Problem};
use crate::limits::Limits;
use crate::web::Body;
use crate::web::address::Address;
use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use infra::accounts::Accounts;
use infra::clock::SharedClock;
use infra::secret::Secret;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// How long a confirmation, or a sign-in, allows sensitive actions, in seconds.
const VALIDITY_S: i64 = 15 * 60;

/// The password of the signed-in user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// Confirms the password: for 15 minutes, sensitive actions are allowed in this login session. They are also allowed for
/// 15 minutes after a sign-in.
#[utoipa::path(
    post, path = "/api/auth/confirm", tag = "auth", security(("session" = [])), request_body = Confirmation,
    responses(
        (status = NO_CONTENT),
        (status = FORBIDDEN, body = Problem, description = "For an API token"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "The password is wrong"),
        (status = TOO_MANY_REQUESTS, body = Problem),
    )
)]
pub async fn confirm(
    State(accounts): State<Accounts>,
    State(clock): State<SharedClock>,
    State(limits): State<Arc<Limits>>,
    address: Address,
    signed_in: SignedIn,
    Body(body): Body<Confirmation>,
) -> Result<StatusCode, ApiError> {
    let session = signed_in.must_be_a_person()?;
    limits.password_attempt(&signed_in.user.email, None)?;
    if !password::verify(body.password, Some(signed_in.user.password_hash.clone())).await? {
        let now = clock.now();
        accounts
            .count_failed_sign_in(&signed_in.user.user_id, address.0, now)
            .await?;
        return Err(ApiError::field("/password", "is wrong"));
    }
    accounts.confirm_session(session, clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the sender of a request gave the password a short time ago. Programs cannot: an API token allows what its user
/// allowed when creating it.
pub struct Confirmed(bool);

impl Confirmed {
    /// Refuses a sensitive action without the password.
    ///
    /// # Errors
    /// When the user has to confirm the password first.
    pub const fn require(&self) -> Result<(), ApiError> {
        if self.0 { Ok(()) } else { Err(ApiError::Unconfirmed) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Confirmed
where
    Authentication: FromRef<S>,
    Accounts: FromRef<S>,
    SharedClock: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Some(session) = super::session::session_of(&parts.headers) else {
            return Ok(Self(true));
        };
        let confirmed_at = Accounts::from_ref(state).session_confirmed_at(&session).await?;
        let now = SharedClock::from_ref(state).now();
        Ok(Self(confirmed_at.is_some_and(|at| at.plus_seconds(VALIDITY_S) >= now)))
    }
}
