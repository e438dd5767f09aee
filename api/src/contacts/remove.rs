//! `DELETE /api/contacts/{id}`: removes a contact from the list.

use super::ContactResource;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::write_response::NoContent;
use crate::web::{CommandKey, PathOf};
use axum::extract::State;
use domain::contact::ContactCommand;

/// Removes the contact from the list. Its data stays in the log until it is erased.
#[utoipa::path(
    delete, path = "/api/contacts/{id}", tag = "contacts",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem))
)]
pub async fn remove_contact(
    State(resource): State<ContactResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<NoContent, ApiError> {
    signed_in.may(Permission::EditContacts)?;
    let command = ContactCommand::Remove {
        at: resource.clock.now(),
        by: signed_in.by(),
    };
    resource
        .execute(&signed_in, &key, "DELETE /api/contacts/{id}", &id, command)
        .await
        .map(NoContent)
}
