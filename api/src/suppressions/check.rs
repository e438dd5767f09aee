//! `POST /api/suppressions/check`: whether a number may be called. The number is in the body, because addresses of
//! requests are logged by proxies.

use super::NumberBody;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::Body;
use axum::Json;
use axum::extract::State;
use engine::{SharedEngine, suppression};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether a number may be called.
#[derive(Serialize, ToSchema)]
pub struct Checked {
    /// Whether the number is on the do-not-call list.
    suppressed: bool,
}

/// Whether a number is on the do-not-call list. Also finds numbers of people who were erased.
#[utoipa::path(
    post, path = "/api/suppressions/check", tag = "contacts", request_body = NumberBody,
    responses((status = OK, body = Checked), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn check_number(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    Body(body): Body<NumberBody>,
) -> Result<Json<Checked>, ApiError> {
    signed_in.may(Permission::ViewContacts)?;
    let number = crate::web::phone_number("/number", &body.number)?;
    let suppressed = suppression::is_suppressed(&engine, signed_in.tenant(), &number).await?;
    Ok(Json(Checked { suppressed }))
}
