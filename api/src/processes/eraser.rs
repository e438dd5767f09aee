//! Destroys the keys of streams that were erased.
//!
//! Whoever erases destroys the key at once. This process is for the case that they were killed in between, or that the key
//! store was away: then it is done here. Destroying a key again does nothing, so no lease is needed; and every process
//! must do it, to forget what it has in memory of a stream that another one erased.

use crate::state::AppState;
use infra::event_store::StreamId;
use projections::work::Kind;
use std::collections::HashSet;
use std::time::Duration;

/// How often it looks.
const LOOK: Duration = Duration::from_secs(5);
/// Most keys of one look.
const AT_ONCE: i64 = 10_000;

/// Destroys keys until the service stops.
pub async fn run(state: AppState) {
    let mut done = HashSet::new();
    loop {
        if let Err(error) = destroy_due(&state, &mut done).await {
            tracing::warn!(%error, "keys of erased streams wait to be destroyed");
        }
        tokio::select! {
            () = state.drain.closing() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn destroy_due(state: &AppState, done: &mut HashSet<StreamId>) -> anyhow::Result<()> {
    let due = state
        .read
        .work
        .due(Kind::DestroyKey, state.clock.now().as_micros(), AT_ONCE)
        .await?;
    for item in due {
        let stream = StreamId::new(item.aggregate_type, item.stream);
        if !done.contains(&stream) {
            state.ledger.destroy_key(&stream).await?;
            state.rendered.forget();
            done.insert(stream);
        }
    }
    Ok(())
}
