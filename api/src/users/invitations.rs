//! `GET /api/invitations` and `DELETE /api/invitations/{user_id}`: invitations that are neither used nor expired.

use crate::auth::{Confirmed, Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{PathOf, Rfc3339};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::{SharedEngine, user_events};
use infra::accounts::Invitation;
use serde::Serialize;
use utoipa::ToSchema;

/// An invitation that can still be used. Its secret is not known any more.
#[derive(Serialize, ToSchema)]
pub struct PendingInvitation {
    /// Id that the person will have.
    user_id: String,
    email: String,
    /// `admin`, `agent`, `auditor`, `analyst`.
    #[schema(example = "agent")]
    role: &'static str,
    /// Id of the admin, or `cli:` and a name.
    invited_by: String,
    invited_at: Rfc3339,
    expires_at: Rfc3339,
}

impl From<Invitation> for PendingInvitation {
    fn from(invitation: Invitation) -> Self {
        Self {
            user_id: invitation.user_id.unwrap_or_default(),
            email: invitation.email,
            role: invitation.role.as_str(),
            invited_by: invitation.invited_by,
            invited_at: invitation.created_at.into(),
            expires_at: invitation.expires_at.into(),
        }
    }
}

/// Invitations that can still be used, by e-mail address.
#[utoipa::path(
    get, path = "/api/invitations", tag = "users",
    responses((status = OK, body = Vec<PendingInvitation>), (status = FORBIDDEN, body = Problem))
)]
pub async fn list_invitations(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
) -> Result<Json<Vec<PendingInvitation>>, ApiError> {
    signed_in.may(Permission::ViewUsers)?;
    let pending = engine.accounts.invitations(signed_in.tenant(), engine.clock.now());
    Ok(Json(pending.await?.into_iter().map(PendingInvitation::from).collect()))
}

/// Revokes an invitation: its link does not work any more.
#[utoipa::path(
    delete, path = "/api/invitations/{user_id}", tag = "users", params(("user_id" = String, Path)),
    responses(
        (status = NO_CONTENT),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem, description = "There is none, or it was used or has expired"),
    )
)]
pub async fn revoke_invitation(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    confirmed: Confirmed,
    PathOf(user_id): PathOf<String>,
) -> Result<StatusCode, ApiError> {
    signed_in.may(Permission::ManageUsers)?;
    confirmed.require()?;
    let of = (signed_in.tenant(), user_id.as_str());
    let at = engine.clock.now();
    if !engine.accounts.revoke_invitation(of, at, &signed_in.origin()).await? {
        return Err(ApiError::NotFound("invitation"));
    }
    user_events::append_after_request(&engine).await;
    Ok(StatusCode::NO_CONTENT)
}
