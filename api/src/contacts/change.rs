//! `PUT /api/contacts/{id}`: another name, another number, or the wish not to be called.

use super::{ContactView, order, phone, view};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Body, CommandKey, PathOf, Written};
use axum::extract::State;
use domain::Personal;
use domain::contact::ContactCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// What changes; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeContact {
    /// The name.
    name: Option<String>,
    /// The number with its country code.
    phone: Option<String>,
    /// Whether the person is not to be called.
    do_not_call: Option<bool>,
    /// Why that changes; never a personal value.
    reason: Option<String>,
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
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
    Body(wanted): Body<ChangeContact>,
) -> Result<Written<ContactView>, ApiError> {
    signed_in.may(Permission::EditContacts)?;
    let (at, by) = (state.clock.now(), signed_in.by());
    let mut commands = Vec::new();
    if wanted.name.is_some() || wanted.phone.is_some() {
        let name = if let Some(name) = wanted.name {
            name.trim().to_owned()
        } else {
            let known = state.read.contacts.contact(signed_in.tenant(), &id).await?;
            known
                .and_then(|contact| contact.name)
                .ok_or(ApiError::NotFound("contact"))?
        };
        let phone = wanted.phone.as_deref().map(phone).map(Personal::Known);
        commands.push(ContactCommand::Rename {
            at,
            name: name.into(),
            phone,
            by: by.clone(),
        });
    }
    let reason = wanted.reason.unwrap_or_else(|| "changed by hand".to_owned());
    match wanted.do_not_call {
        Some(true) => commands.push(ContactCommand::ListDoNotCall { at, reason, by }),
        Some(false) => commands.push(ContactCommand::LiftDoNotCall { at, reason, by }),
        None => {}
    }
    if commands.is_empty() {
        return Err(ApiError::field("", "nothing to change"));
    }
    let mut position = 0;
    for (part, command) in commands.into_iter().enumerate() {
        position = order(
            &state,
            &signed_in,
            &key.part(part),
            "PUT /api/contacts/{id}",
            &id,
            command,
        )
        .await?;
    }
    Ok(Written::changed(position, view(&state, &signed_in, &id).await?))
}
