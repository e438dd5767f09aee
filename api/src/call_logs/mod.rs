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
pub mod retry;
pub mod transcript;
pub mod view;

use crate::auth::SignedIn;
use crate::error::ApiError;
use crate::state::composed_of_parts;
use crate::web::wait_for_read_models::wait_for_read_models;
use crate::web::{CommandKey, WriteResponse};
use domain::call::{Call, CallCommand};
use infra::clock::SharedClock;
use infra::event_store::{Position, StreamId};
use infra::ledger::Ledger;
use projections::Progress;
use projections::call_log::CallLog;
use view::CallDetail;

/// The read models that a client reads after a command on a call.
const READ_MODELS: &[&str] = &["call_log", "dashboard", "persona_feedback"];

/// What endpoints that write to a call log use.
pub struct CallLogResource {
    pub clock: SharedClock,
    pub ledger: Ledger,
    pub call_log: CallLog,
    pub progress: Progress,
}

composed_of_parts!(CallLogResource {
    clock,
    ledger,
    call_log,
    progress
});

impl CallLogResource {
    /// Executes a command on an existing call of the user's tenant, once per `Idempotency-Key`, and waits until the read
    /// models show the result.
    async fn execute(
        &self,
        signed_in: &SignedIn,
        key: &CommandKey,
        endpoint: &'static str,
        call_id: &str,
        command: CallCommand,
    ) -> Result<Position, ApiError> {
        tracing::Span::current().record("call_id", call_id);
        ensure_own_tenant(&self.ledger, &self.call_log, signed_in, call_id).await?;
        let metadata = signed_in.metadata(endpoint, key.of(&signed_in.user.user_id));
        let executed = self.ledger.execute::<Call>(call_id, command, metadata).await?;
        self.wait(executed.position).await;
        Ok(executed.position)
    }

    /// Like [`Self::execute`], and returns the call after the change.
    async fn change(
        &self,
        signed_in: &SignedIn,
        key: &CommandKey,
        endpoint: &'static str,
        call_id: &str,
        command: CallCommand,
    ) -> Result<WriteResponse<CallDetail>, ApiError> {
        let position = self.execute(signed_in, key, endpoint, call_id, command).await?;
        Ok(WriteResponse::changed(
            position,
            detail(&self.call_log, signed_in, call_id).await?,
        ))
    }

    /// Waits until the read models have passed the position.
    async fn wait(&self, position: Position) {
        wait_for_read_models(&self.progress, READ_MODELS, position).await;
    }
}

/// Answers 404 for a call of another tenant. The read model may lag, so a call without a row is looked up in the
/// ledger.
pub async fn ensure_own_tenant(
    ledger: &Ledger,
    call_log: &CallLog,
    signed_in: &SignedIn,
    call_id: &str,
) -> Result<(), ApiError> {
    if call_log.call(signed_in.tenant(), call_id).await?.is_some() {
        return Ok(());
    }
    let history = ledger.history(&StreamId::call(call_id)).await?;
    let is_theirs = history
        .first()
        .is_some_and(|first| first.metadata.tenant.as_str() == signed_in.tenant());
    if is_theirs {
        Ok(())
    } else {
        Err(ApiError::NotFound("call"))
    }
}

/// The current call.
async fn detail(call_log: &CallLog, signed_in: &SignedIn, call_id: &str) -> Result<CallDetail, ApiError> {
    let found = call_log.call_with_all(signed_in.tenant(), call_id).await?;
    found.map(CallDetail::from).ok_or(ApiError::NotFound("call"))
}
