//! The pass over open calls: a call whose final callback was lost is ended from the provider's record.
//!
//! Every half minute it looks at each call that has not ended. A call without a new event for [`SILENT_S`], or not
//! compared for [`COMPARED_S`], is looked up at the provider. If it is over there, and the callback had [`CALLBACK_S`] to
//! arrive, its end is recorded. So a call is closed within four minutes of its real end.
//!
//! One process does this at a time, with one request in flight. What it remembers between two passes is only when it saw
//! what; a restart begins anew.

use crate::provider_record::{self, ProviderRecord, recorded_at};
use crate::{Engine, SharedEngine};
use domain::Timestamp;
use domain::call::{Call, CallError};
use infra::event_store::{Actor, Metadata, Position};
use infra::ledger::LedgerError;
use infra::twilio::rest::TwilioError;
use projections::live_calls::queries::OpenCall;
use std::collections::HashMap;
use std::time::Duration;

/// The name of the lease, and of the process in the events.
const NAME: &str = "reconciler";
/// Time between two passes.
const INTERVAL: Duration = Duration::from_secs(30);
/// A call without a new event for so many seconds is looked up.
const SILENT_S: i64 = 120;
/// A silent call that the provider says goes on is looked up again after so many seconds.
const AGAIN_S: i64 = 60;
/// A call with new events is looked up once in so many seconds: events can also be our own.
const COMPARED_S: i64 = 600;
/// The final callback has so many seconds to arrive.
const CALLBACK_S: i64 = 60;
/// A call that the provider does not know is ended after so many seconds without an event: its list may lag.
const UNKNOWN_S: i64 = 86_400;
/// The same in the sandbox, whose list does not lag, but which forgets its calls when it restarts.
const UNKNOWN_IN_SANDBOX_S: i64 = 600;
/// Pause after a request: at most five a second.
const PAUSE: Duration = Duration::from_millis(200);

/// Runs until the service stops.
pub async fn run(engine: SharedEngine) {
    let mut watched = HashMap::new();
    let mut failed = false;
    loop {
        tokio::select! {
            () = engine.drain.closing() => return,
            () = engine.clock.sleep(INTERVAL) => {}
        }
        let passed = tokio::select! {
            () = engine.drain.closing() => return,
            passed = pass(&engine, &mut watched) => passed,
        };
        if let Err(error) = &passed
            && !failed
        {
            tracing::warn!(%error, "open calls not compared with the provider's record, retrying");
        }
        failed = passed.is_err();
    }
}

/// Why a pass ended early.
#[derive(Debug, thiserror::Error)]
enum PassError {
    #[error(transparent)]
    Database(#[from] infra::db::DbError),
    #[error(transparent)]
    Store(#[from] infra::event_store::StoreError),
    #[error(transparent)]
    Ledger(#[from] LedgerError<CallError>),
    #[error(transparent)]
    Provider(#[from] TwilioError),
}

/// What the passes know about an open call.
struct Watched {
    /// The position of its last event.
    position: Position,
    /// When that position was seen first.
    since: Timestamp,
    /// When the call was looked up last, or seen first.
    compared: Timestamp,
    /// Since when the provider says that it is over.
    over_since: Option<Timestamp>,
}

/// Looks at every open call. What was learned before an error is kept.
async fn pass(engine: &Engine, watched: &mut HashMap<String, Watched>) -> Result<(), PassError> {
    if !engine.leases.holds(NAME).await? {
        watched.clear();
        return Ok(());
    }
    let calls = engine.read.live_calls.open().await?;
    let mut before = std::mem::take(watched);
    let mut result = Ok(());
    for call in calls {
        let known = before.remove(&call.call_id);
        if result.is_err() {
            watched.extend(known.map(|known| (call.call_id, known)));
            continue;
        }
        match look_at(engine, &call, known).await {
            Ok(Some(seen)) => {
                watched.insert(call.call_id, seen);
            }
            Ok(None) => {}
            Err(error) => result = Err(error),
        }
    }
    result
}

/// Looks at a call, and returns what is to be remembered about it; nothing once it has ended.
async fn look_at(engine: &Engine, call: &OpenCall, known: Option<Watched>) -> Result<Option<Watched>, PassError> {
    let Some((state, position)) = engine.ledger.state::<Call>(&call.call_id).await? else {
        return Ok(None);
    };
    if state.end.is_some() {
        return Ok(None);
    }
    let now = engine.clock.now();
    let mut seen = known.unwrap_or(Watched {
        position,
        since: now,
        compared: now,
        over_since: None,
    });
    if seen.position != position {
        (seen.position, seen.since) = (position, now);
    }
    let is_silent = now >= seen.since.plus_seconds(SILENT_S) && now >= seen.compared.plus_seconds(AGAIN_S);
    if !is_silent && now < seen.compared.plus_seconds(COMPARED_S) && seen.over_since.is_none() {
        return Ok(Some(seen));
    }
    let record = provider_record::read(engine, &call.call_sid).await;
    tokio::time::sleep(PAUSE).await;
    let record = record?;
    seen.compared = now;
    let is_due = match &record {
        ProviderRecord::Open => {
            seen.over_since = None;
            false
        }
        ProviderRecord::Ended(ended) => {
            let over_since = *seen.over_since.get_or_insert(ended.end_time.unwrap_or(now));
            now >= over_since.plus_seconds(CALLBACK_S)
        }
        ProviderRecord::Unknown => now >= recorded_at(engine, position).await?.plus_seconds(unknown_s(engine)),
    };
    if !is_due {
        return Ok(Some(seen));
    }
    let key = format!("process:{NAME}:open:{}", call.call_id);
    let metadata = Metadata::new(call.tenant.as_str(), Actor::Process(NAME.to_owned()), &key).with_key(&key);
    provider_record::end(engine, &call.call_id, &record, metadata).await?;
    metrics::counter!("calls_ended_from_record_total").increment(1);
    tracing::warn!(
        call_id = call.call_id,
        "no callback reported the end of the call: ended from the provider's record"
    );
    Ok(None)
}

fn unknown_s(engine: &Engine) -> i64 {
    if engine.config.twilio.sandbox {
        UNKNOWN_IN_SANDBOX_S
    } else {
        UNKNOWN_S
    }
}
