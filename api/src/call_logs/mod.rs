//! Call logs: lists, details, review actions, and history.

pub mod correct;
pub mod create;
pub mod difference;
pub mod erase;
pub mod get;
pub mod grade;
pub mod hide;
pub mod history;
pub mod list;
pub mod put;
pub mod recordings;
pub mod resolve;
pub mod transcript;
pub mod view;

use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::state::AppState;
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{CommandKey, WriteResponse};
use domain::call::{Call, CallCommand};
use infra::event_store::Position;
use view::CallDetail;

/// The read models that a client reads after a command on a call.
const READ_MODELS: &[&str] = &["call_log", "dashboard", "persona_feedback"];

/// Executes a command on an existing call of the user's tenant, once per `Idempotency-Key`, and waits until the read
/// models show the result.
async fn execute(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    endpoint: &'static str,
    call_id: &str,
    command: CallCommand,
) -> Result<Position, ApiError> {
    tracing::Span::current().record("call_id", call_id);
    ensure_own_tenant(state, signed_in, call_id).await?;
    let metadata = signed_in.metadata(endpoint, key.of(&signed_in.user.user_id));
    let executed = state.ledger.execute::<Call>(call_id, command, metadata).await?;
    wait_for_read_models(state.models.progress(), READ_MODELS, executed.position).await;
    Ok(executed.position)
}

/// Answers 404 for a call of another tenant. The read model may lag, so a call without a row is looked up in the
/// ledger.
pub async fn ensure_own_tenant(state: &AppState, signed_in: &SignedIn, call_id: &str) -> Result<(), ApiError> {
    if state.read.call_log.call(signed_in.tenant(), call_id).await?.is_some() {
        return Ok(());
    }
    let stream = infra::event_store::StreamId::call(call_id);
    let history = state.ledger.history(&stream).await?;
    let is_theirs = history
        .first()
        .is_some_and(|first| first.metadata.tenant.as_str() == signed_in.tenant());
    if is_theirs {
        Ok(())
    } else {
        Err(ApiError::NotFound("call"))
    }
}

/// The current call, for the response to a write.
async fn detail(state: &AppState, signed_in: &SignedIn, call_id: &str) -> Result<CallDetail, ApiError> {
    let found = state.read.call_log.call_with_all(signed_in.tenant(), call_id).await?;
    found.map(CallDetail::from).ok_or(ApiError::NotFound("call"))
}

/// Like [`execute`], and returns the call after the change.
async fn change(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    endpoint: &'static str,
    call_id: &str,
    command: CallCommand,
) -> Result<WriteResponse<CallDetail>, ApiError> {
    let position = execute(state, signed_in, key, endpoint, call_id, command).await?;
    Ok(WriteResponse::changed(
        position,
        detail(state, signed_in, call_id).await?,
    ))
}
