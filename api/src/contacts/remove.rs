//! `DELETE /api/contacts/{id}`: removes a contact from the list.

use super::ContactResource;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::write_response::NoContent;
use crate::web::{CommandKey, PathOf};
use axum::extract::State;
use engine::{SharedEngine, contacts};

/// Removes the contact from the list. Its data stays in the log until it is erased.
#[utoipa::path(
    delete, path = "/api/contacts/{id}", tag = "contacts",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem))
)]
pub async fn remove_contact(
    State(engine): State<SharedEngine>,
    State(resource): State<ContactResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<NoContent, ApiError> {
    signed_in.may(Permission::EditContacts)?;
    resource.ensure_own_tenant(&signed_in, &id).await?;
    let metadata = signed_in.metadata("DELETE /api/contacts/{id}", key.of(&signed_in.user.user_id));
    let position = contacts::remove(&engine, &id, signed_in.by(), metadata).await?;
    resource.wait(position).await;
    Ok(NoContent(position))
}
