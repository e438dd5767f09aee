//! Active calls: list, listen in, take over, and control.

pub mod agent_response;
pub mod digits;
pub mod hangup;
pub mod hold;
pub mod list;
pub mod monitor;
pub mod sound;
pub mod transfer;

use crate::auth::{Permission, SignedIn};
use crate::call_logs::ensure_own_tenant;
use crate::error::ApiError;
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{CommandKey, WriteResponse};
use engine::Engine;
use infra::event_store::Position;
use serde::Serialize;
use utoipa::ToSchema;

/// The read models that a client reads after a command on an active call.
const READ_MODELS: &[&str] = &["live_calls", "call_log"];

/// The call that a command was executed on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Handled {
    call_id: String,
}

/// Checks that the user may handle calls, and that the call is of their tenant.
async fn ensure_may_handle(engine: &Engine, signed_in: &SignedIn, call_id: &str) -> Result<(), ApiError> {
    signed_in.may(Permission::HandleCalls)?;
    tracing::Span::current().record("call_id", call_id);
    ensure_own_tenant(&engine.ledger, &engine.read.call_log, signed_in, call_id).await
}

/// The position of the last event that an earlier request with the same `Idempotency-Key` recorded. The repetition is
/// then answered from it, without another request to Twilio.
async fn done_before(engine: &Engine, signed_in: &SignedIn, key: &CommandKey) -> Result<Option<Position>, ApiError> {
    let Some(request) = key.of(&signed_in.user.user_id) else {
        return Ok(None);
    };
    Ok(engine
        .ledger
        .executed_before(&request.key, request.fingerprint.as_deref())
        .await?)
}

/// The response to an action, once the read models show it.
async fn handled(engine: &Engine, position: Position, call_id: String) -> WriteResponse<Handled> {
    wait_for_read_models(engine.models.progress(), READ_MODELS, position).await;
    WriteResponse::changed(position, Handled { call_id })
}
