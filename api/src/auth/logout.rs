//! `POST /api/auth/logout`: the end of a session.

use super::{SignedIn, session};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

/// Signs out. The session is over on the server, whatever the browser keeps.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", responses((status = NO_CONTENT)))]
pub async fn logout(State(state): State<AppState>, signed_in: SignedIn) -> Result<impl IntoResponse, ApiError> {
    if let Some(session) = &signed_in.session {
        state.accounts.end_session(session).await?;
    }
    Ok((StatusCode::NO_CONTENT, session::removal(&state)))
}
