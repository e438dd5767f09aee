//! `POST /api/auth/register`: the first to register becomes admin; everybody else brings an invitation.

use super::me::Me;
use super::{email, name, password, session, token};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::Body;
use crate::web::address::Address;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use infra::clock::new_id;
use infra::config::Secret;
use infra::accounts::{NewUser, Registration};
use serde::Deserialize;
use utoipa::ToSchema;

/// Who wants to register.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// How they will sign in.
    #[schema(example = "ada@example.org")]
    email: String,
    /// For people.
    #[schema(example = "Ada")]
    name: String,
    /// At least 10 characters.
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// What an admin gave them; the first user needs none.
    invitation: Option<String>,
}

/// Registers a user and signs them in.
#[utoipa::path(
    post, path = "/api/auth/register", tag = "auth", security(()), request_body = Register,
    responses(
        (status = CREATED, body = Me, description = "Registered and signed in; the session is in a cookie"),
        (status = FORBIDDEN, body = Problem, description = "Not the first, and without a valid invitation"),
        (status = CONFLICT, body = Problem, description = "The address is registered"),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn register(
    State(state): State<AppState>,
    address: Address,
    Body(wanted): Body<Register>,
) -> Result<impl IntoResponse, ApiError> {
    state.limits.login_attempt(address.0)?;
    let (email, name) = (email(&wanted.email)?, name(&wanted.name)?);
    password::check(&wanted.password)?;
    let invitation = wanted
        .invitation
        .and_then(|text| token::hash(token::Kind::Invitation, text.trim()));
    // Hashing costs us: nobody gets it for free once the first user is there.
    if invitation.is_none() && !state.accounts.is_empty().await? {
        return Err(ApiError::NotInvited);
    }
    let new = NewUser {
        user_id: new_id("user"),
        email,
        name,
        password_hash: password::hash(wanted.password).await?,
        at: state.clock.now(),
    };
    match state.accounts.register(&new, invitation.as_deref()).await? {
        Registration::Done(user) => {
            let cookie = super::login::begin_session(&state, &user).await?;
            Ok((
                StatusCode::CREATED,
                session::cookie(&state, &cookie),
                Json(Me::of(&user)),
            ))
        }
        Registration::EmailTaken => Err(ApiError::Conflict("this e-mail address is registered".to_owned())),
        Registration::NotInvited => Err(ApiError::NotInvited),
    }
}
