//! `POST /api/contacts`: adds a contact.

use super::{ContactResource, ContactView};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::idempotency::stream_of_first;
use crate::web::{Body, CommandKey, WriteResponse, phone_number};
use axum::extract::State;
use engine::{SharedEngine, contacts};
use serde::Deserialize;
use utoipa::ToSchema;

/// A new contact.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    #[schema(example = "Ada")]
    name: String,
    /// Telephone number with country code; spaces and dashes are ignored.
    #[schema(example = "+1 504 555 0123")]
    phone: String,
}

/// Adds a contact.
#[utoipa::path(
    post, path = "/api/contacts", tag = "contacts", request_body = NewContact,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = CREATED, body = ContactView),
        (status = CONFLICT, body = Problem, description = "A contact with this number exists"),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn add_contact(
    State(engine): State<SharedEngine>,
    State(resource): State<ContactResource>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(body): Body<NewContact>,
) -> Result<WriteResponse<ContactView>, ApiError> {
    signed_in.may(Permission::EditContacts)?;
    let phone = phone_number("/phone", &body.phone)?;
    let metadata = signed_in.metadata("POST /api/contacts", key.of(&signed_in.user.user_id));
    let name = body.name.trim().to_owned();
    let (id, executed) = contacts::add(&engine, name, &phone, signed_in.by(), metadata).await?;
    let id = stream_of_first(&resource.ledger, &executed, id).await?;
    resource.wait(executed.position).await;
    let contact = resource.view_after_write(&signed_in, &id).await?;
    Ok(WriteResponse::created(
        executed.position,
        format!("/api/contacts/{id}"),
        contact,
    ))
}
