//! Calls that go on now: to see them, to listen in, to take them over, and to handle them.

pub mod agent_response;
pub mod digits;
pub mod hangup;
pub mod hold;
pub mod list;
pub mod monitor;
pub mod sound;
pub mod transfer;

use crate::auth::{Permission, SignedIn};
use crate::call_logs::must_be_theirs;
use crate::error::ApiError;
use crate::state::AppState;
use crate::web::settle::settle;
use crate::web::{CommandKey, Written};
use domain::call::{Call, CallCommand};
use infra::event_store::Position;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The read models that pages about live calls are answered from.
const ANSWERED_FROM: &[&str] = &["live_calls", "call_log"];

/// A call that was handled.
#[derive(Debug, Serialize, ToSchema)]
pub struct Handled {
    /// The call.
    call_id: String,
}

/// The call as it is now, if this user may handle it.
async fn to_handle(state: &AppState, signed_in: &SignedIn, call_id: &str) -> Result<Arc<Call>, ApiError> {
    signed_in.may(Permission::HandleCalls)?;
    tracing::Span::current().record("call_id", call_id);
    must_be_theirs(state, signed_in, call_id).await?;
    let known = state.ledger.state::<Call>(call_id).await?;
    known.map(|(call, _)| call).ok_or(ApiError::NotFound("call"))
}

/// The last event of what this request led to, if it came before under the same `Idempotency-Key`: then it is answered as
/// before, whatever has become of the call since, and nothing is asked of the telephone network again.
async fn done_before(state: &AppState, signed_in: &SignedIn, key: &CommandKey) -> Result<Option<Position>, ApiError> {
    let Some(key) = key.of(&signed_in.user.user_id) else {
        return Ok(None);
    };
    let Some(position) = state.ledger.position_of_command(&key).await? else {
        return Ok(None);
    };
    settle(state, ANSWERED_FROM, position).await;
    Ok(Some(position))
}

/// What a user does in a call that goes on: done once, durable, and visible in the read models.
async fn order(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    endpoint: &'static str,
    call_id: String,
    commands: &[CallCommand],
) -> Result<Written<Handled>, ApiError> {
    let metadata = signed_in.metadata(endpoint, key.of(&signed_in.user.user_id));
    let executed = state.ledger.execute_all::<Call>(&call_id, commands, metadata).await?;
    settle(state, ANSWERED_FROM, executed.position).await;
    Ok(Written::changed(executed.position, Handled { call_id }))
}
