//! `POST /api/suppressions`: puts a number on the do-not-call list.

use super::{NumberBody, READ_MODELS, SuppressionView};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{Body, CommandKey, WriteResponse};
use axum::extract::State;
use engine::{SharedEngine, suppression};

/// Puts a number on the do-not-call list: no call to it is placed any more. Without effect if it is on the list.
#[utoipa::path(
    post, path = "/api/suppressions", tag = "contacts", request_body = NumberBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = SuppressionView),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn suppress_number(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(body): Body<NumberBody>,
) -> Result<WriteResponse<SuppressionView>, ApiError> {
    signed_in.may(Permission::EditContacts)?;
    let number = crate::web::phone_number("/number", &body.number)?;
    let metadata = signed_in.metadata("POST /api/suppressions", key.of(&signed_in.user.user_id));
    let (id, executed) = suppression::suppress(&engine, &number, signed_in.by(), metadata).await?;
    wait_for_read_models(engine.models.progress(), READ_MODELS, executed.position).await;
    let row = engine.read.contacts.suppression(signed_in.tenant(), &id).await?;
    let row = row.ok_or_else(|| ApiError::Conflict("another request lifted it at the same time".to_owned()))?;
    Ok(WriteResponse::changed(executed.position, row.into()))
}
