//! `POST /api/auth/logout`: ends a login session.

use super::SignedIn;
use super::login_sessions::LoginSessions;
use crate::error::ApiError;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

/// Signs out. The login session ends on the server, even if the browser keeps the cookie.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", responses((status = NO_CONTENT)))]
pub async fn logout(State(sessions): State<LoginSessions>, signed_in: SignedIn) -> Result<impl IntoResponse, ApiError> {
    let removal = sessions.end(&signed_in).await?;
    Ok((StatusCode::NO_CONTENT, removal))
}
