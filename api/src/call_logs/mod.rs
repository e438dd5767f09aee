//! Call logs: lists, one call, what reviewers do with it, its history.

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
use crate::web::settle::settle;
use crate::web::{CommandKey, Written};
use domain::call::{Call, CallCommand};
use infra::event_store::Position;
use view::CallDetail;

/// The read models that pages about one call are answered from.
const ANSWERED_FROM: &[&str] = &["call_log", "dashboard", "persona_feedback"];

/// What a user orders about an existing call of their tenant: done once, durable, and visible in the read models.
async fn order(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    endpoint: &'static str,
    call_id: &str,
    command: CallCommand,
) -> Result<Position, ApiError> {
    tracing::Span::current().record("call_id", call_id);
    must_be_theirs(state, signed_in, call_id).await?;
    let metadata = signed_in.metadata(endpoint, key.of(&signed_in.user.user_id));
    let executed = state.ledger.execute::<Call>(call_id, command, metadata).await?;
    settle(state, ANSWERED_FROM, executed.position).await;
    Ok(executed.position)
}

/// A call of another tenant does not exist. The row may lag behind the ledger: a call without a row is looked up there.
pub async fn must_be_theirs(state: &AppState, signed_in: &SignedIn, call_id: &str) -> Result<(), ApiError> {
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

/// The call as it is now, for the answer to a write.
async fn detail(state: &AppState, signed_in: &SignedIn, call_id: &str) -> Result<CallDetail, ApiError> {
    let found = state.read.call_log.call_with_all(signed_in.tenant(), call_id).await?;
    found.map(CallDetail::from).ok_or(ApiError::NotFound("call"))
}

/// As [`order`], answered with the call as it is after.
async fn change(
    state: &AppState,
    signed_in: &SignedIn,
    key: &CommandKey,
    endpoint: &'static str,
    call_id: &str,
    command: CallCommand,
) -> Result<Written<CallDetail>, ApiError> {
    let position = order(state, signed_in, key, endpoint, call_id, command).await?;
    Ok(Written::changed(position, detail(state, signed_in, call_id).await?))
}
