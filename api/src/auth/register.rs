//! `POST /api/auth/register`: the first user becomes the admin; all others need an invitation.

use super::login_sessions::LoginSessions;
use super::me::Me;
use super::session::request_id;
use super::{email, name, password, token};
use crate::error::{ApiError, Problem};
use crate::limits::Limits;
use crate::web::Body;
use crate::web::address::Address;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use infra::accounts::{NewUser, Registration};
use infra::clock::new_id;
use infra::secret::Secret;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A new user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    #[schema(example = "ada@example.org")]
    email: String,
    /// Display name.
    #[schema(example = "Ada")]
    name: String,
    /// 10 to 200 characters.
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// Invitation from an admin; the first user needs none.
    invitation: Option<String>,
}

/// Registers a user and signs them in.
#[utoipa::path(
    post, path = "/api/auth/register", tag = "auth", security(()), request_body = Register,
    responses(
        (status = CREATED, body = Me, description = "Registered and signed in; the session is in a cookie"),
        (status = FORBIDDEN, body = Problem, description = "Not the first user, and no valid invitation"),
        (status = CONFLICT, body = Problem, description = "The e-mail address is already registered"),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn register(
    State(sessions): State<LoginSessions>,
    State(limits): State<Arc<Limits>>,
    address: Address,
    headers: HeaderMap,
    Body(body): Body<Register>,
) -> Result<impl IntoResponse, ApiError> {
    limits.login_attempt(address.0)?;
    let (email, name) = (email(&body.email)?, name(&body.name)?);
    password::check(&body.password)?;
    let invitation = body
        .invitation
        .and_then(|text| token::hash(token::Kind::Invitation, text.trim()));
    // Hashing is expensive: requests without an invitation are refused before it, once the first user exists.
    if invitation.is_none() && !sessions.accounts.is_empty().await? {
        return Err(ApiError::NotInvited);
    }
    let new = NewUser {
        user_id: new_id("user"),
        email,
        name,
        password_hash: password::hash(body.password).await?,
        at: sessions.clock.now(),
    };
    match sessions
        .accounts
        .register(&new, invitation.as_deref(), &request_id(&headers))
        .await?
    {
        Registration::Done(user) => {
            let cookie = sessions.begin(&user, address.0).await?;
            Ok((StatusCode::CREATED, cookie, Json(Me::of(&user))))
        }
        Registration::EmailTaken => Err(ApiError::Conflict(
            "this e-mail address is already registered".to_owned(),
        )),
        Registration::NotInvited | Registration::UnknownTenant => Err(ApiError::NotInvited),
    }
}
