//! `POST /api/users`: an admin invites somebody.

use crate::auth::{Permission, SignedIn, email, token};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, Rfc3339};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use infra::accounts::{Invitation, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long an invitation is good for.
const GOOD_FOR_S: i64 = 7 * 86_400;

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// Their address.
    #[schema(example = "grace@example.org")]
    email: String,
    /// What they will be: `admin`, `agent`, `auditor`, `analyst`.
    #[schema(value_type = String, example = "agent")]
    role: Role,
}

/// An invitation. This is the only time that it is shown.
#[derive(Serialize, ToSchema)]
pub struct Invited {
    /// To be sent with `POST /api/auth/register`.
    invitation: String,
    /// Whom it is for.
    email: String,
    /// Until when it is good.
    expires_at: Rfc3339,
}

/// Invites somebody. The invitation is handed over by whoever made it: this service sends no mail.
#[utoipa::path(
    post, path = "/api/users", tag = "users", request_body = Invite,
    responses(
        (status = CREATED, body = Invited),
        (status = FORBIDDEN, body = Problem),
        (status = CONFLICT, body = Problem, description = "The address is registered"),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn invite_user(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Body(wanted): Body<Invite>,
) -> Result<(StatusCode, Json<Invited>), ApiError> {
    signed_in.may(Permission::ManageUsers)?;
    let email = email(&wanted.email)?;
    if state.accounts.user_by_email(&email).await?.is_some() {
        return Err(ApiError::Conflict("this e-mail address is registered".to_owned()));
    }
    let secret = token::new(token::Kind::Invitation);
    let hash = token::hash(token::Kind::Invitation, secret.expose())
        .ok_or_else(|| ApiError::Internal(anyhow::anyhow!("a new token is not well-formed")))?;
    let now = state.clock.now();
    let invitation = Invitation {
        tenant: signed_in.tenant().to_owned(),
        email: email.clone(),
        role: wanted.role,
        invited_by: signed_in.by(),
        created_at: now.as_micros(),
        expires_at: now.plus_seconds(GOOD_FOR_S).as_micros(),
    };
    state.accounts.invite(&hash, &invitation).await?;
    let expires_at = invitation.expires_at.into();
    Ok((
        StatusCode::CREATED,
        Json(Invited {
            invitation: secret.expose().to_owned(),
            email,
            expires_at,
        }),
    ))
}
