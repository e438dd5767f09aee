//! `PUT /api/contacts/{id}`: changes a contact's name or number.

use super::{ContactResource, ContactView, phone, view};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, PathOf, WriteResponse};
use axum::extract::State;
use domain::Personal;
use domain::contact::ContactCommand;
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
    let command = ContactCommand::Rename {
        at: resource.clock.now(),
        name: name.into(),
        phone: body.phone.as_deref().map(phone).map(Personal::Known),
        by: signed_in.by(),
    };
    let position = resource
        .execute(&signed_in, &key, "PUT /api/contacts/{id}", &id, command)
        .await?;
    Ok(WriteResponse::changed(
        position,
        view(&resource.contacts, &signed_in, &id).await?,
    ))
}
