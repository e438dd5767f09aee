//! [`Past`]: the events from which documents that are not in memory are folded again.

use crate::rows::{Missing, Owner};
use futures::{StreamExt as _, TryStreamExt as _};
use infra::event_store::{Recorded, StoreError, StreamId};
use infra::ledger::Ledger;
use std::collections::HashMap;

/// The events of streams before the ones that are about to be folded.
pub type Past = HashMap<Owner, HashMap<String, Vec<Recorded>>>;

/// Streams that are read at the same time.
const CONCURRENT_READS: usize = 4;

/// Reads the past of the missing streams. A value whose key is destroyed is read as erased.
///
/// # Errors
/// When the log cannot be read, or an event is missing.
pub async fn read_past(ledger: &Ledger, missing: &Missing) -> Result<Past, StoreError> {
    let streams: Vec<_> = missing
        .iter()
        .flat_map(|(owner, streams)| streams.iter().map(|(id, before)| (*owner, id.clone(), *before)))
        .collect();
    let reads = futures::stream::iter(streams).map(async |(owner, id, before)| {
        let stream = StreamId::new(owner.as_str(), &id);
        let mut events = ledger.history(&stream).await?;
        events.retain(|event| event.sequence < before);
        let last = events.last().map_or(0, |event| event.sequence);
        if last + 1 != before {
            return Err(StoreError::Hole {
                expected: last + 1,
                found: before,
            });
        }
        Ok::<_, StoreError>((owner, id, events))
    });
    let read: Vec<_> = reads.buffer_unordered(CONCURRENT_READS).try_collect().await?;
    let mut past = Past::new();
    for (owner, id, events) in read {
        past.entry(owner).or_default().insert(id, events);
    }
    Ok(past)
}
