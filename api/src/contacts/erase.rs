//! `POST /api/contacts/{id}/erase`: destroys every personal value of a contact.

use super::ContactResource;
use crate::auth::{Confirmed, Permission, SignedIn};
use crate::call_logs::erase::Erase;
use crate::error::{ApiError, Problem};
use crate::web::write_response::NoContent;
use crate::web::{Body, CommandKey, PathOf};
use axum::extract::State;
use engine::{SharedEngine, erasure};

/// Destroys every personal value of the contact. This cannot be undone.
#[utoipa::path(
    post, path = "/api/contacts/{id}/erase", tag = "contacts", request_body = Erase,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem))
)]
pub async fn erase_contact(
    State(engine): State<SharedEngine>,
    State(resource): State<ContactResource>,
    signed_in: SignedIn,
    confirmed: Confirmed,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<Erase>,
) -> Result<NoContent, ApiError> {
    signed_in.may(Permission::Erase)?;
    confirmed.require()?;
    resource.ensure_own_tenant(&signed_in, &id).await?;
    let metadata = signed_in.metadata("POST /api/contacts/{id}/erase", key.of(&signed_in.user.user_id));
    let position = erasure::erase_contact(&engine, &id, body.ground, signed_in.by(), metadata).await?;
    resource.wait(position).await;
    Ok(NoContent(position))
}
