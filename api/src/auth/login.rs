//! `POST /api/auth/login`: signs in with a password.

use super::me::Me;
use super::{User, password, session, token};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::Body;
use crate::web::address::Address;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::Timestamp;
use infra::secret::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

/// Credentials.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    #[schema(example = "ada@example.org")]
    email: String,
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// Signs in. An unknown e-mail address and a wrong password get the same response, after the same time.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "auth", security(()), request_body = Login,
    responses(
        (status = OK, body = Me, description = "Signed in; the session is in a cookie"),
        (status = UNAUTHORIZED, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem),
    )
)]
pub async fn login(
    State(state): State<AppState>,
    address: Address,
    Body(body): Body<Login>,
) -> Result<impl IntoResponse, ApiError> {
    state.limits.login_attempt(address.0)?;
    let email = super::email(&body.email).map_err(|_| ApiError::WrongCredentials)?;
    state.limits.password_attempt(&email)?;
    let user = state.accounts.user_by_email(&email).await?.filter(|user| user.active);
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let is_right = password::verify(body.password, hash).await?;
    match user {
        Some(user) if is_right => {
            let cookie = begin_session(&state, &user).await?;
            Ok((session::cookie(&state, &cookie), Json(Me::of(&user))))
        }
        _ => Err(ApiError::WrongCredentials),
    }
}

/// Starts a login session; its token is only in the cookie.
pub(super) async fn begin_session(state: &AppState, user: &User) -> Result<infra::secret::Secret, ApiError> {
    let token = token::new(token::Kind::Session);
    let hash = token::hash(token::Kind::Session, token.expose())
        .ok_or_else(|| ApiError::Internal(anyhow::anyhow!("a new token is not well-formed")))?;
    let now = state.clock.now();
    let length = i64::try_from(state.config.session_length.as_micros()).unwrap_or(i64::MAX);
    let until = Timestamp(now.as_micros().saturating_add(length));
    state.accounts.begin_session(&hash, &user.user_id, now, until).await?;
    Ok(token)
}
