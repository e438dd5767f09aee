//! `PUT /api/contacts/{id}`: changes a contact's name or number.

use super::{ContactResource, ContactView};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse, phone_number};
use axum::extract::State;
use engine::{SharedEngine, contacts};
use serde::Deserialize;
use utoipa::ToSchema;

/// The fields to change; absent fields stay unchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeContact {
    name: Option<String>,
    /// Telephone number with country code.
    phone: Option<String>,
}

/// Changes a contact.
#[utoipa::path(
    put, path = "/api/contacts/{id}", tag = "contacts", request_body = ChangeContact,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = ContactView),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn change_contact(
    State(engine): State<SharedEngine>,
    State(resource): State<ContactResource>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(body): Body<ChangeContact>,
) -> Result<WriteResponse<ContactView>, ApiError> {
    signed_in.may(Permission::EditContacts)?;
    if body.name.is_none() && body.phone.is_none() {
        return Err(ApiError::field("", "nothing to change"));
    }
    let name = if let Some(name) = body.name {
        name.trim().to_owned()
    } else {
        let known = resource.contacts.contact(signed_in.tenant(), &id).await?;
        known
            .and_then(|contact| contact.name)
            .ok_or(ApiError::NotFound("contact"))?
    };
    resource.ensure_own_tenant(&signed_in, &id).await?;
    let phone = body
        .phone
        .as_deref()
        .map(|text| phone_number("/phone", text))
        .transpose()?;
    let metadata = signed_in.metadata("PUT /api/contacts/{id}", key.of(&signed_in.user.user_id));
    let position = contacts::change(&engine, &id, name, phone, signed_in.by(), metadata).await?;
    resource.wait(position).await;
    Ok(WriteResponse::changed(
        position,
        resource.view_after_write(&signed_in, &id).await?,
    ))
}
