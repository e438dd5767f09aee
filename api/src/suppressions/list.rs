//! `GET /api/suppressions`: a page of the do-not-call list.

use super::SuppressionView;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Parameters, cursor};
use axum::Json;
use axum::extract::State;
use projections::contacts::queries::Contacts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Paging.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListSuppressions {
    /// `next_cursor` of the previous page.
    cursor: Option<String>,
    /// Maximum number of entries per page, from 1 to 200 [default: 50].
    limit: Option<u32>,
}

/// A page of the do-not-call list.
#[derive(Serialize, ToSchema)]
pub struct SuppressionPage {
    /// Latest first.
    suppressions: Vec<SuppressionView>,
    /// Cursor of the next page; absent on the last page.
    next_cursor: Option<String>,
}

/// A page of the do-not-call list, latest first.
#[utoipa::path(
    get, path = "/api/suppressions", tag = "contacts", params(ListSuppressions),
    responses((status = OK, body = SuppressionPage), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn list_suppressions(
    State(contacts): State<Contacts>,
    signed_in: SignedIn,
    Parameters(query): Parameters<ListSuppressions>,
) -> Result<Json<SuppressionPage>, ApiError> {
    signed_in.may(Permission::ViewContacts)?;
    let limit = cursor::limit(query.limit)?;
    let before = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
    let rows = contacts.suppressions(signed_in.tenant(), before, limit.into()).await?;
    let is_full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
    let last = rows.last().filter(|_| is_full);
    let next_cursor = last.map(|row| cursor::encode(row.suppressed_at, &row.callee_id));
    Ok(Json(SuppressionPage {
        suppressions: rows.into_iter().map(SuppressionView::from).collect(),
        next_cursor,
    }))
}
