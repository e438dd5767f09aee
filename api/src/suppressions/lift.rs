//! `DELETE /api/suppressions/{id}`: takes a number off the do-not-call list.

use super::READ_MODELS;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::write_response::NoContent;
use crate::web::{CommandKey, PathOf};
use axum::extract::State;
use domain::callee::{Callee, CalleeCommand};
use engine::SharedEngine;

/// Takes a number off the do-not-call list: it may be called again. Only with a new consent of the person.
#[utoipa::path(
    delete, path = "/api/suppressions/{id}", tag = "contacts",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem))
)]
pub async fn lift_suppression(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    key: CommandKey,
    PathOf(id): PathOf<String>,
) -> Result<NoContent, ApiError> {
    signed_in.may(Permission::LiftSuppressions)?;
    let tenant = engine.ledger.tenant::<Callee>(&id).await?;
    if tenant.is_none_or(|tenant| tenant.as_str() != signed_in.tenant()) {
        return Err(ApiError::NotFound("suppression"));
    }
    let command = CalleeCommand::LiftSuppression {
        at: engine.clock.now(),
        by: signed_in.by(),
    };
    let metadata = signed_in.metadata("DELETE /api/suppressions/{id}", key.of(&signed_in.user.user_id));
    let executed = engine.ledger.execute::<Callee>(&id, command, metadata).await?;
    wait_for_read_models(engine.models.progress(), READ_MODELS, executed.position).await;
    Ok(NoContent(executed.position))
}
