//! `POST /api/auth/logout`: ends a login session.

use super::{SignedIn, session};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

/// Signs out. The login session ends on the server, even if the browser keeps the cookie.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", responses((status = NO_CONTENT)))]
pub async fn logout(State(state): State<AppState>, signed_in: SignedIn) -> Result<impl IntoResponse, ApiError> {
    if let Some(session) = &signed_in.session {
        state.accounts.end_session(session).await?;
    }
    Ok((StatusCode::NO_CONTENT, session::removal(&state)))
}
