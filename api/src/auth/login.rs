//! `POST /api/auth/login`: signs in with a password.

use super::login_sessions::LoginSessions;
use super::me::Me;
use super::{known_browser, password};
use crate::error::{ApiError, Problem};
use crate::limits::Limits;
use crate::web::Body;
use crate::web::address::Address;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse};
use infra::secret::Secret;
use serde::Deserialize;
use std::sync::Arc;
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
    State(sessions): State<LoginSessions>,
    State(limits): State<Arc<Limits>>,
    address: Address,
    headers: HeaderMap,
    Body(body): Body<Login>,
) -> Result<impl IntoResponse, ApiError> {
    limits.login_attempt(address.0)?;
    let email = super::email(&body.email).map_err(|_| ApiError::WrongCredentials)?;
    let user = sessions
        .accounts
        .user_by_email(&email)
        .await?
        .filter(|user| user.active);
    let is_known = known_browser::is_known(&headers, user.as_ref());
    limits.password_attempt(&email, (!is_known).then_some(address.0))?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let is_right = password::verify(body.password, hash).await?;
    match user {
        Some(user) if is_right => {
            let cookie = sessions.begin(&user, address.0).await?;
            let known = known_browser::cookie(&sessions.config, &user);
            let cookies = AppendHeaders(cookie.into_iter().chain([known]));
            Ok((cookies, Json(Me::of(&user))))
        }
        Some(user) => {
            // Not awaited: the time would tell that the e-mail address is registered.
            tokio::spawn(async move {
                let (accounts, now) = (&sessions.accounts, sessions.clock.now());
                if let Err(error) = accounts.count_failed_sign_in(&user.user_id, address.0, now).await {
                    tracing::warn!(%error, user_id = user.user_id, "wrong password not counted");
                }
            });
            Err(ApiError::WrongCredentials)
        }
        None => {
            metrics::counter!("sign_ins_of_unknown_users_total").increment(1);
            Err(ApiError::WrongCredentials)
        }
    }
}
