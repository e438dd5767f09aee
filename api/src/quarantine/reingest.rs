//! `POST /api/quarantined-webhooks/{id}/reingest`: parses a quarantined webhook again, after a fix.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{PathOf, WriteResponse};
use axum::extract::State;
use engine::SharedEngine;
use engine::callbacks::reingest::{self, Reingested};
use serde::Serialize;
use utoipa::ToSchema;

/// The call that the webhook was recorded on.
#[derive(Serialize, ToSchema)]
#[schema(as = Reingested)]
pub struct ReingestedWebhook {
    call_id: String,
}

/// Parses a quarantined webhook again.
#[utoipa::path(
    post, path = "/api/quarantined-webhooks/{id}/reingest", tag = "operations", params(("id" = String, Path)),
    responses(
        (status = OK, body = ReingestedWebhook),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It still cannot be parsed, was erased, or was recorded on another call"),
    )
)]
pub async fn reingest(
    State(engine): State<SharedEngine>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
) -> Result<WriteResponse<ReingestedWebhook>, ApiError> {
    signed_in.may(Permission::Reingest)?;
    let metadata = signed_in.metadata("POST /api/quarantined-webhooks/{id}/reingest", None);
    let Reingested { call_id, position } = reingest::reingest(&engine, &id, signed_in.by(), metadata).await?;
    wait_for_read_models(engine.models.progress(), &["work", "call_log"], position).await;
    Ok(WriteResponse::changed(
        position,
        ReingestedWebhook { call_id: call_id.0 },
    ))
}
