//! Appends the events of users, which the accounts' transactions have stored, to the users' streams.

use crate::Engine;
use domain::user::{User, UserCommand, UserError, UserEvent};
use infra::accounts::{DatabaseError, PendingEvent};
use infra::event_store::Metadata;
use infra::ledger::LedgerError;
use std::time::Duration;

/// Events that are read at once.
const MAX_BATCH: i64 = 100;
/// How long a request waits for the log. The change is made already.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Why the events of users are not all in the log.
#[derive(Debug, thiserror::Error)]
pub enum UserEventsError {
    #[error(transparent)]
    Accounts(#[from] DatabaseError),
    #[error(transparent)]
    Ledger(#[from] LedgerError<UserError>),
    #[error("a stored event of a user cannot be read: a newer version of the program stored it")]
    Unreadable,
}

/// Appends every stored event. What was appended before a kill is not appended again.
///
/// # Errors
/// When a store is unavailable. The rest is appended by the next call.
pub async fn append_stored(engine: &Engine) -> Result<(), UserEventsError> {
    engine.accounts.record_failed_sign_ins(engine.clock.now()).await?;
    loop {
        let pending = engine.accounts.pending_events(MAX_BATCH).await?;
        if pending.is_empty() {
            return Ok(());
        }
        for event in pending {
            append(engine, &event).await?;
            engine.accounts.forget_event(&event.event_id).await?;
        }
    }
}

/// Appends every stored event at the end of a request that has stored one. If the log cannot be written, a job appends
/// them later.
pub async fn append_after_request(engine: &Engine) {
    match tokio::time::timeout(TIMEOUT, append_stored(engine)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "events of users recorded later"),
        Err(_) => tracing::warn!("events of users recorded later: the ledger does not respond"),
    }
}

async fn append(engine: &Engine, pending: &PendingEvent) -> Result<(), UserEventsError> {
    let event: UserEvent = serde_json::from_str(&pending.event).map_err(|_| UserEventsError::Unreadable)?;
    let actor = pending.actor.parse().map_err(|_| UserEventsError::Unreadable)?;
    let metadata = Metadata {
        command_key: Some(pending.event_id.clone()),
        ..Metadata::new(pending.tenant.as_str(), actor, pending.correlation_id.clone())
    };
    let command = UserCommand::Record(event);
    engine
        .ledger
        .execute::<User>(&pending.user_id, command, metadata)
        .await?;
    Ok(())
}
