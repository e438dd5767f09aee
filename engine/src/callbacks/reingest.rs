//! Parses a quarantined callback again, after a fix.
//!
//! The command is executed on the call first, under a key made from the quarantined callback, so that a repetition
//! changes nothing; then the callback is marked on its own stream. Of a callback whose response was TwiML (`inbound`,
//! `voice`) only the call is recorded: its later callbacks, or the provider's record, report the outcome.

use crate::Engine;
use domain::CallId;
use domain::call::{Call, CallError};
use domain::quarantine::{Quarantine, QuarantineCommand, QuarantineError, QuarantineEvent};
use infra::event_store::{Event, Metadata, Position, Recorded, StoreError, StreamId};
use infra::ledger::LedgerError;
use infra::twilio::callbacks::{Callback, Endpoint, NotUnderstood, Understood, first_report, from_kept, understand};

/// A callback that was recorded on a call after all.
pub struct Reingested {
    pub call_id: CallId,
    /// Position of the mark on the quarantined callback's stream.
    pub position: Position,
}

/// Why a callback was not reingested.
#[derive(Debug, thiserror::Error)]
pub enum ReingestError {
    #[error("there is no such quarantined webhook")]
    NotFound,
    #[error("the webhook was erased")]
    Erased,
    #[error("the webhook still cannot be parsed: {0}")]
    NotUnderstood(#[source] NotUnderstood),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Call(#[from] LedgerError<CallError>),
    #[error(transparent)]
    Quarantine(#[from] LedgerError<QuarantineError>),
}

/// Reingests the callback `id` of the metadata's tenant. The command keys of `metadata` are replaced.
///
/// # Errors
/// When there is no such callback, it still cannot be parsed, or the ledger is unavailable.
pub async fn reingest(engine: &Engine, id: &str, by: String, metadata: Metadata) -> Result<Reingested, ReingestError> {
    let history = engine.ledger.history(&StreamId::quarantine(id)).await?;
    let is_own = |first: &&Recorded| first.metadata.tenant == metadata.tenant;
    let quarantined = history.first().filter(is_own).ok_or(ReingestError::NotFound)?;
    let Understood { call_id, command, .. } = parse_again(quarantined)?;
    let metadata = Metadata {
        causation: Some(quarantined.position),
        ..metadata
    };
    let of_call = metadata.clone().with_key(format!("reingest:{id}"));
    engine.ledger.execute::<Call>(&call_id.0, command, of_call).await?;
    let mark = QuarantineCommand::MarkReingested {
        at: engine.clock.now(),
        call_id: call_id.clone(),
        by,
    };
    let metadata = metadata.with_key(format!("reingested:{id}"));
    let executed = engine.ledger.execute::<Quarantine>(id, mark, metadata).await?;
    Ok(Reingested {
        call_id,
        position: executed.position,
    })
}

fn parse_again(quarantined: &Recorded) -> Result<Understood, ReingestError> {
    let Event::Quarantine(QuarantineEvent::WebhookQuarantined {
        at, endpoint, params, ..
    }) = &quarantined.event
    else {
        return Err(ReingestError::NotFound);
    };
    let params = params.known().ok_or(ReingestError::Erased)?;
    let (form, query) = from_kept(params.clone());
    let endpoint = endpoint.parse::<Endpoint>().map_err(ReingestError::NotUnderstood)?;
    let callback = Callback {
        endpoint,
        form: &form,
        query: &query,
        // Reingesting is a user's decision that the callback is ours.
        accounts: &[],
        received_at: *at,
    };
    match endpoint {
        Endpoint::Inbound | Endpoint::Voice => first_report(&callback),
        _ => understand(&callback),
    }
    .map_err(ReingestError::NotUnderstood)
}
