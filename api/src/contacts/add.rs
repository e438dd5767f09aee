//! `POST /api/contacts`: adds a contact.

use super::{ContactResource, ContactView, phone, view};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::idempotency::stream_of_first;
use crate::web::{Body, CommandKey, WriteResponse};
use axum::extract::State;
use domain::contact::{Contact, ContactCommand};
use infra::clock::new_id;
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
    State(resource): State<ContactResource>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(body): Body<NewContact>,
) -> Result<WriteResponse<ContactView>, ApiError> {
    signed_in.may(Permission::EditContacts)?;
    let (id, phone, command_key) = (new_id("contact"), phone(&body.phone), key.of(&signed_in.user.user_id));
    let is_repeated = match &command_key {
        Some(key) => resource.ledger.position_of_command(key).await?.is_some(),
        None => false,
    };
    if !is_repeated && resource.contacts.by_phone(signed_in.tenant(), &phone).await?.is_some() {
        return Err(ApiError::Conflict("a contact with this number exists".to_owned()));
    }
    let command = ContactCommand::Add {
        at: resource.clock.now(),
        name: body.name.trim().into(),
        phone: phone.into(),
        by: signed_in.by(),
    };
    let metadata = signed_in.metadata("POST /api/contacts", command_key);
    let executed = resource.ledger.execute::<Contact>(&id, command, metadata).await?;
    let id = stream_of_first(&resource.ledger, &executed, id).await?;
    resource.wait(executed.position).await;
    let contact = view(&resource.contacts, &signed_in, &id).await?;
    Ok(WriteResponse::created(
        executed.position,
        format!("/api/contacts/{id}"),
        contact,
    ))
}
