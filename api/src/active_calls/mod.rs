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
use crate::state::AppState;
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{CommandKey, WriteResponse};
use domain::call::{Call, CallCommand};
use infra::event_store::Position;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The read models that a client reads after a command on an active call.
const READ_MODELS: &[&str] = &["live_calls", "call_log"];

/// The call that a command was executed on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Handled {
    call_id: String,
}

/// Checks that the user may handle calls, and loads the call.
async fn load_for_handling(state: &AppState, signed_in: &SignedIn, call_id: &str) -> Result<Arc<Call>, ApiError> {
    signed_in.may(Permission::HandleCalls)?;
    tracing::Span::current().record("call_id", call_id);
    ensure_own_tenant(state, signed_in, call_id).await?;
    let known = state.ledger.state::<Call>(call_id).await?;
    known.map(|(call, _)| call).ok_or(ApiError::NotFound("call"))
}

/// The position of the last event that an earlier request with the same `Idempotency-Key` recorded. The repetition is
/// then answered from it, without another request to Twilio.
async fn done_before(state: &AppState, signed_in: &SignedIn, key: &CommandKey) -> Result<Option<Position>, ApiError> {
    let Some(key) = key.of(&signed_in.user.user_id) else {
        return Ok(None);
    };
    let Some(position) = state.ledger.position_of_command(&key).await? else {
        return Ok(None);
    };
    wait_for_read_models(state.models.progress(), READ_MODELS, position).await;
    Ok(Some(position))
}

/// Executes commands on a call, once per `Idempotency-Key`, and waits until the read models show the result.
async fn execute(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    endpoint: &'static str,
    call_id: String,
    commands: &[CallCommand],
) -> Result<WriteResponse<Handled>, ApiError> {
    let metadata = signed_in.metadata(endpoint, key.of(&signed_in.user.user_id));
    let executed = state.ledger.execute_all::<Call>(&call_id, commands, metadata).await?;
    wait_for_read_models(state.models.progress(), READ_MODELS, executed.position).await;
    Ok(WriteResponse::changed(executed.position, Handled { call_id }))
}
