//! `GET /api/contacts`: a page of contacts, by name.

use super::ContactView;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Parameters, cursor};
use axum::Json;
use axum::extract::State;
use projections::contacts::queries::{ContactCursor, Contacts};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Search and paging.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListContacts {
    /// Text to search for in names and numbers.
    q: Option<String>,
    /// `next_cursor` of the previous page.
    cursor: Option<String>,
    /// Maximum number of contacts per page, from 1 to 200 [default: 50].
    limit: Option<u32>,
}

/// A page of contacts.
#[derive(Serialize, ToSchema)]
pub struct ContactPage {
    /// By name.
    contacts: Vec<ContactView>,
    /// Cursor of the next page; absent on the last page.
    next_cursor: Option<String>,
}

/// A page of contacts, by name.
#[utoipa::path(
    get, path = "/api/contacts", tag = "contacts", params(ListContacts),
    responses((status = OK, body = ContactPage), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn list_contacts(
    State(contacts): State<Contacts>,
    signed_in: SignedIn,
    Parameters(query): Parameters<ListContacts>,
) -> Result<Json<ContactPage>, ApiError> {
    signed_in.may(Permission::ViewContacts)?;
    let limit = cursor::limit(query.limit)?;
    let after = match &query.cursor {
        // The list is ordered by name: the cursor's ID holds the contact ID and the name, and its time is unused.
        Some(text) => {
            let (_, key) = cursor::decode(text)?;
            let (contact_id, sort_name) = key
                .split_once('\n')
                .ok_or_else(|| ApiError::parameter("cursor", "is not a valid cursor"))?;
            Some(ContactCursor {
                sort_name: sort_name.to_owned(),
                contact_id: contact_id.to_owned(),
            })
        }
        None => None,
    };
    let q = query.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let rows = contacts
        .list(signed_in.tenant(), q, after.as_ref(), limit.into())
        .await?;
    let is_full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
    let last = rows.last().filter(|_| is_full);
    let next_cursor = last.map(|row| cursor::encode(0, &format!("{}\n{}", row.contact_id, row.sort_name)));
    Ok(Json(ContactPage {
        contacts: rows.into_iter().map(ContactView::from).collect(),
        next_cursor,
    }))
}
