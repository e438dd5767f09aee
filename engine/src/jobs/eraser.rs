//! Destroys the data keys of erased streams.
//!
//! The erase request destroys the key itself. This job covers the cases where that process was killed in between or the
//! key store was unavailable. Destroying a key is idempotent, so no lease is needed. Every process must look, to drop what
//! it has cached of a stream that another process erased.

use crate::{Engine, SharedEngine};
use infra::event_store::StreamId;
use projections::work::Kind;
use std::collections::HashSet;
use std::time::Duration;

/// Time between two queries for due keys.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Maximum number of keys destroyed per query.
const MAX_BATCH: i64 = 10_000;

/// Destroys keys until the service stops.
pub async fn run(engine: SharedEngine) {
    let mut done = HashSet::new();
    loop {
        if let Err(error) = destroy_due(&engine, &mut done).await {
            tracing::warn!(%error, "data keys of erased streams not destroyed");
        }
        tokio::select! {
            () = engine.drain.closing() => return,
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
}

async fn destroy_due(engine: &Engine, done: &mut HashSet<StreamId>) -> anyhow::Result<()> {
    let due = engine
        .read
        .work
        .due(Kind::DestroyKey, engine.clock.now().as_micros(), MAX_BATCH)
        .await?;
    let streams = due
        .into_iter()
        .map(|item| StreamId::new(item.aggregate_type, item.stream))
        .filter(|stream| !done.contains(stream));
    let streams: Vec<StreamId> = streams.collect();
    if streams.is_empty() {
        return Ok(());
    }
    let is_first = done.is_empty();
    // What an earlier process has destroyed is not destroyed again.
    let alive = engine.ledger.keys_to_destroy(&streams).await?;
    for stream in &alive {
        engine.ledger.destroy_key(stream).await?;
    }
    engine.interfaces.forget_erased();
    // Once after a start: an earlier process may have been killed before it did this.
    if !alive.is_empty() || is_first {
        engine.models.scrub(engine.ledger.head().await?).await?;
    }
    done.extend(streams);
    Ok(())
}
