//! `POST /api/users`: an admin invites a user.

use crate::auth::{Confirmed, Permission, SignedIn, email, token};
use crate::error::{ApiError, Problem};
use crate::web::{Body, Rfc3339};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::{SharedEngine, user_events};
use infra::accounts::{Invitation, Role};
use infra::clock::new_id;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Validity of an invitation, in seconds.
const INVITATION_TTL_S: i64 = 7 * 86_400;

/// The user to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    #[schema(example = "grace@example.org")]
    email: String,
    /// `admin`, `agent`, `auditor`, `analyst`.
    #[schema(value_type = String, example = "agent")]
    role: Role,
}

/// An invitation. It is shown only once.
#[derive(Serialize, ToSchema)]
pub struct Invited {
    /// Id that the person will have; the history of the user begins with the invitation.
    user_id: Option<String>,
    /// Value of `invitation` in `POST /api/auth/register`.
    invitation: String,
    email: String,
    expires_at: Rfc3339,
}

/// Invites a user. The admin passes the invitation on: this service sends no e-mail. Another invitation for the same
/// address replaces the one before.
#[utoipa::path(
    post, path = "/api/users", tag = "users", request_body = Invite,
    responses(
        (status = CREATED, body = Invited),
        (status = FORBIDDEN, body = Problem),
        (status = CONFLICT, body = Problem, description = "The e-mail address is already registered"),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn invite_user(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    confirmed: Confirmed,
    Body(body): Body<Invite>,
) -> Result<(StatusCode, Json<Invited>), ApiError> {
    signed_in.may(Permission::ManageUsers)?;
    confirmed.require()?;
    let email = email(&body.email)?;
    let accounts = &engine.accounts;
    if accounts.user_by_email(&email).await?.is_some() {
        return Err(ApiError::Conflict(
            "this e-mail address is already registered".to_owned(),
        ));
    }
    let secret = token::new(token::Kind::Invitation);
    let hash = token::hash(token::Kind::Invitation, secret.expose())
        .ok_or_else(|| ApiError::Internal(anyhow::anyhow!("a new token is not well-formed")))?;
    let now = engine.clock.now();
    let invitation = Invitation {
        user_id: Some(new_id("user")),
        tenant: signed_in.tenant().to_owned(),
        email: email.clone(),
        role: body.role,
        invited_by: signed_in.by(),
        created_at: now.as_micros(),
        expires_at: now.plus_seconds(INVITATION_TTL_S).as_micros(),
    };
    accounts.invite(&hash, &invitation, &signed_in.origin()).await?;
    user_events::append_after_request(&engine).await;
    let expires_at = invitation.expires_at.into();
    Ok((
        StatusCode::CREATED,
        Json(Invited {
            user_id: invitation.user_id,
            invitation: secret.expose().to_owned(),
            email,
            expires_at,
        }),
    ))
}
