//! The provider's own record of a call, for calls whose end no callback has reported.

use crate::Engine;
use domain::Timestamp;
use domain::call::value::{ClockSource, Outcome};
use domain::call::{Call, CallCommand, CallError};
use infra::event_store::{Metadata, Position, StoreError};
use infra::ledger::LedgerError;
use infra::twilio::rest::{self, CallStatus, TwilioError};

/// Where the record was found, as `GapRepaired` names it.
const FROM: &str = "Calls";
/// The reason in `CallEnded` for a call that the provider does not know.
const UNKNOWN: &str = "unknown to the provider";

/// What the provider knows about a call.
pub enum ProviderRecord {
    /// The call goes on.
    Open,
    /// The call has ended, at this time if the record has one.
    Ended(Box<rest::Call>),
    /// There is no such call.
    Unknown,
}

/// Reads the provider's record of a call's first leg.
///
/// # Errors
/// When Twilio rejects the request or does not answer.
pub async fn read(engine: &Engine, call_sid: &str) -> Result<ProviderRecord, TwilioError> {
    match engine.twilio.call(call_sid).await {
        Ok(call) if call.status.is_over() => Ok(ProviderRecord::Ended(Box::new(call))),
        Ok(_) => Ok(ProviderRecord::Open),
        Err(error) if error.is_not_found() => Ok(ProviderRecord::Unknown),
        Err(error) => Err(error),
    }
}

/// Ends the call in the ledger as its record says. Nothing is recorded if the call has ended there too, or goes on.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn end(
    engine: &Engine,
    call_id: &str,
    record: &ProviderRecord,
    metadata: Metadata,
) -> Result<Option<Position>, LedgerError<CallError>> {
    let now = engine.clock.now();
    let command = match record {
        ProviderRecord::Open => return Ok(None),
        ProviderRecord::Ended(call) => of_ended(call, now),
        ProviderRecord::Unknown => CallCommand::EndFromRecord {
            at: now,
            clock: ClockSource::Local,
            outcome: None,
            duration_s: None,
            reason: Some(UNKNOWN.to_owned()),
            from: FROM.to_owned(),
        },
    };
    let executed = engine.ledger.execute::<Call>(call_id, command, metadata).await?;
    Ok(Some(executed.position))
}

/// When the event at this position was recorded.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn recorded_at(engine: &Engine, position: Position) -> Result<Timestamp, StoreError> {
    let events = engine.ledger.read_all(position - 1, 1).await?;
    Ok(events
        .first()
        .map_or_else(|| engine.clock.now(), |event| event.recorded_at))
}

fn of_ended(call: &rest::Call, now: Timestamp) -> CallCommand {
    let (at, clock) = match call.end_time {
        Some(ended_at) => (ended_at, ClockSource::Provider),
        None => (now, ClockSource::Local),
    };
    let outcome = match call.status {
        CallStatus::Completed => Some(Outcome::Completed),
        CallStatus::Busy => Some(Outcome::Busy),
        CallStatus::NoAnswer => Some(Outcome::NoAnswer),
        CallStatus::Failed => Some(Outcome::Failed),
        CallStatus::Canceled => Some(Outcome::Canceled),
        CallStatus::Queued
        | CallStatus::Initiated
        | CallStatus::Ringing
        | CallStatus::InProgress
        | CallStatus::Other => None,
    };
    CallCommand::EndFromRecord {
        at,
        clock,
        outcome,
        duration_s: call.duration_s,
        reason: None,
        from: FROM.to_owned(),
    }
}
