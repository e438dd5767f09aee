//! The calls in progress when the service stops.
//!
//! If another process shares the database, their next webhook goes to it, and nothing is waited for. Otherwise the calls
//! are served until they end, at most for the limit of the configuration. Then a caller with whom the AI speaks hears that
//! the call ends. A caller with whom a team member speaks is in a conference, which does not need the service.

use crate::provider_record::{self, ProviderRecord, recorded_at};
use crate::{Engine, agents};
use domain::call::value::EndedBy;
use domain::call::view::Holder;
use domain::call::{Call, CallCommand};
use domain::{Timestamp, dialogue::Phrases};
use futures::StreamExt as _;
use infra::event_store::{Actor, Metadata};
use infra::twilio::rest::{Answer, CallUpdate};
use projections::live_calls::queries::OpenCall;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Time between two looks at the calls.
const INTERVAL: Duration = Duration::from_millis(250);
/// What the provider said about a call is believed for this long.
const BELIEVED: Duration = Duration::from_mins(1);
/// Time between two log lines.
const LOG_INTERVAL: Duration = Duration::from_mins(1);
/// A call whose record cannot be read is in progress if it had an event so many seconds ago or later.
const RECENT_S: i64 = 120;
/// Calls that are ended at the same time.
const CONCURRENCY: usize = 8;
/// Actor of the events.
const NAME: &str = "drain";

/// Waits until no call in progress needs this process, or until the limit of the configuration, at which it ends the
/// calls of the AI. No limit at all: the calls are left as they are.
pub async fn finish_calls(engine: &Engine) {
    let limit = engine.config.drain_calls;
    if limit.is_zero() {
        return;
    }
    let started = Instant::now();
    let mut looked_up = HashMap::new();
    let mut logged: Option<Instant> = None;
    while let Some(call) = in_progress(engine, &mut looked_up).await {
        if engine.presence.other_processes() > 0 {
            tracing::info!("calls in progress continue at another process");
            return;
        }
        if started.elapsed() >= limit {
            end_calls(engine).await;
            return;
        }
        if logged.is_none_or(|at| at.elapsed() >= LOG_INTERVAL) {
            logged = Some(Instant::now());
            let left_s = limit.saturating_sub(started.elapsed()).as_secs();
            tracing::info!(call_id = call, left_s, "waiting for calls in progress");
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// When a call was looked up at the provider, and whether it was in progress.
type LookedUp = (Instant, bool);

/// A call that the provider says is in progress; the first that is found.
async fn in_progress(engine: &Engine, looked_up: &mut HashMap<String, LookedUp>) -> Option<String> {
    let open = match engine.read.live_calls.open().await {
        Ok(open) => open,
        Err(error) => {
            tracing::warn!(%error, "calls in progress not read, not waiting for them");
            return None;
        }
    };
    looked_up.retain(|id, (at, _)| at.elapsed() < BELIEVED && open.iter().any(|call| call.call_id == *id));
    // Those known to be in progress first: they need no request.
    let known = open
        .iter()
        .find(|call| looked_up.get(&call.call_id).is_some_and(|(_, it)| *it));
    if let Some(call) = known {
        return Some(call.call_id.clone());
    }
    for call in open {
        if looked_up.contains_key(&call.call_id) {
            continue;
        }
        let is_in_progress = is_in_progress(engine, &call).await;
        looked_up.insert(call.call_id.clone(), (Instant::now(), is_in_progress));
        if is_in_progress {
            return Some(call.call_id);
        }
    }
    None
}

async fn is_in_progress(engine: &Engine, call: &OpenCall) -> bool {
    match provider_record::read(engine, &call.call_sid).await {
        Ok(record) => matches!(record, ProviderRecord::Open),
        Err(error) => {
            tracing::debug!(%error, call_id = call.call_id, "record of the call not read");
            let last = last_event_at(engine, &call.call_id).await;
            last.is_some_and(|last| engine.clock.now() < last.plus_seconds(RECENT_S))
        }
    }
}

async fn last_event_at(engine: &Engine, call_id: &str) -> Option<Timestamp> {
    let (_, position) = engine.ledger.state::<Call>(call_id).await.ok()??;
    recorded_at(engine, position).await.ok()
}

/// Ends the calls that the AI holds, with a message to the caller.
async fn end_calls(engine: &Engine) {
    let open = match engine.read.live_calls.open().await {
        Ok(open) => open,
        Err(error) => {
            tracing::warn!(%error, "calls in progress not read, not ended");
            return;
        }
    };
    let with_ai = open.iter().filter(|call| {
        [Holder::Ai, Holder::Voicemail]
            .iter()
            .any(|it| it.as_str() == call.holder)
    });
    futures::stream::iter(with_ai)
        .for_each_concurrent(CONCURRENCY, |call| async move {
            match end(engine, call).await {
                Ok(()) => tracing::warn!(call_id = call.call_id, "call ended: the service stops"),
                Err(error) => tracing::warn!(%error, call_id = call.call_id, "call not ended"),
            }
        })
        .await;
}

/// Says that the call ends and hangs up, then records it.
async fn end(engine: &Engine, call: &OpenCall) -> anyhow::Result<()> {
    let Some((state, position)) = engine.ledger.state::<Call>(&call.call_id).await? else {
        return Ok(());
    };
    let settings = match state.agent() {
        Some(agent) => agents::at(&engine.ledger, agent.as_str(), position).await?.settings,
        None => domain::agent::AgentSettings::default(),
    };
    let words = Phrases::of(settings.language.as_deref()).time_up;
    let farewell = Answer::Twiml(engine.interfaces.farewell(&settings, words).into());
    engine
        .twilio
        .update_call(&call.call_sid, &CallUpdate::Redirect(farewell))
        .await?;
    let command = CallCommand::EndCall {
        at: engine.clock.now(),
        outcome: None,
        ended_by: EndedBy::Shutdown,
        duration_s: None,
        reason: None,
    };
    let key = format!("process:{NAME}:{}", call.call_id);
    let metadata = Metadata::new(call.tenant.as_str(), Actor::Process(NAME.to_owned()), &key).with_key(&key);
    engine.ledger.execute::<Call>(&call.call_id, command, metadata).await?;
    Ok(())
}
