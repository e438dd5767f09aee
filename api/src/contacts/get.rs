//! `GET /api/contacts/{id}`: one contact.

use super::{ContactView, view};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::PathOf;
use axum::Json;
use axum::extract::State;
use projections::contacts::queries::Contacts;

/// One contact.
#[utoipa::path(
    get, path = "/api/contacts/{id}", tag = "contacts", params(("id" = String, Path)),
    responses((status = OK, body = ContactView), (status = NOT_FOUND, body = Problem))
)]
pub async fn get_contact(
    State(contacts): State<Contacts>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
) -> Result<Json<ContactView>, ApiError> {
    signed_in.may(Permission::ViewContacts)?;
    Ok(Json(view(&contacts, &signed_in, &id).await?))
}
