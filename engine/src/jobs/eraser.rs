//! Destroys the data keys of erased streams.
//!
//! The erase request destroys the key itself. This job covers the cases where that process was killed in between or the
//! key store was unavailable. Destroying a key is idempotent, so no lease is needed. Every process must do it, to drop
//! what it has cached of a stream that another process erased.

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
    let mut new = Vec::new();
    for item in due {
        let stream = StreamId::new(item.aggregate_type, item.stream);
        if !done.contains(&stream) {
            engine.ledger.destroy_key(&stream).await?;
            engine.interfaces.forget_erased();
            new.push(stream);
        }
    }
    if !new.is_empty() {
        engine.models.scrub(engine.ledger.head().await?).await?;
        done.extend(new);
    }
    Ok(())
}
