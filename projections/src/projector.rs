//! [`Projector`]: a read model as its consumer and the rebuild use it, independent of its document type.

use crate::engine::{Past, ReadModel, Schema, Workset, WriteSet, read_past};
use crate::rows::{Found, Missing, Owner, Table, load_missing};
use async_trait::async_trait;
use infra::consumer::{ConsumeError, Handler};
use infra::db::{Engine, Tx};
use infra::event_store::{Position, Recorded};
use infra::ledger::Ledger;
use std::collections::{HashMap, HashSet};
use std::marker::PhantomData;
use std::sync::Arc;

/// A read model that events are applied to. It writes rows and does nothing else: effects belong to jobs.
pub trait Projector: Send + Sync + 'static {
    /// The model's name, which is also its namespace's.
    fn name(&self) -> &'static str;
    /// The version of the tables and of the fold.
    fn version(&self) -> i64;
    /// The SQL scripts that create the tables and indexes.
    fn schema(&self, engine: Engine) -> Schema;
    /// The model's tables.
    fn tables(&self) -> &'static [Table];
    /// Whether the event can change the model.
    fn concerns(&self, event: &Recorded) -> bool;
    /// A handler, which applies new events as they arrive. It caches recently used documents.
    fn handler(&self, ledger: &Ledger) -> Box<dyn Handler>;
    /// A loader, which fills an empty namespace in bulk.
    fn loader(&self) -> Box<dyn Loader>;
}

/// Folds events in memory and returns rows to write.
pub trait Loader: Send + Sync {
    /// Streams of these events whose rows were written and evicted already. Before the events are folded, all returned
    /// rows must have been written, and the past and the rows of these streams passed to [`Loader::restore`].
    fn missing(&self, events: &[Arc<Recorded>]) -> Missing;
    /// Takes back evicted streams.
    ///
    /// # Errors
    /// At an event that cannot be read.
    fn restore(&mut self, past: Past, found: Found) -> Result<(), ConsumeError>;
    /// Folds events.
    ///
    /// # Errors
    /// At the first event that cannot be read: a rebuild is strict.
    fn fold(&mut self, events: &[Arc<Recorded>]) -> Result<(), ConsumeError>;
    /// Rows of streams that are probably final, or of any streams if too many documents are in memory. `None` when
    /// there is nothing to write yet.
    fn drain_settled(&mut self) -> Option<WriteSet>;
    /// The remaining rows, in parts. `None` when all were returned.
    fn drain_all(&mut self) -> Option<WriteSet>;
}

/// The projector of a [`ReadModel`].
pub struct Model<M>(PhantomData<fn() -> M>);

impl<M> Default for Model<M> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<M: ReadModel> Projector for Model<M> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn version(&self) -> i64 {
        M::VERSION
    }

    fn schema(&self, engine: Engine) -> Schema {
        M::schema(engine)
    }

    fn tables(&self) -> &'static [Table] {
        M::TABLES
    }

    fn concerns(&self, event: &Recorded) -> bool {
        crate::engine::relevant::<M>(event)
    }

    fn handler(&self, ledger: &Ledger) -> Box<dyn Handler> {
        Box::new(Live::<M> {
            work: Workset::default(),
            ledger: ledger.clone(),
        })
    }

    fn loader(&self) -> Box<dyn Loader> {
        Box::new(Bulk::<M> {
            work: Workset::default(),
            written: HashMap::new(),
            last: 0,
            last_scan: 0,
        })
    }
}

/// Most documents that a handler caches.
const MAX_CACHED_DOCUMENTS: usize = 8_192;
/// Most memory of these documents and their rows, in bytes. There are seven handlers.
const MAX_CACHED_BYTES: usize = 32 << 20;
/// Most documents that are folded again for one transaction. After a restart, events of thousands of streams may be
/// waiting, none of them in memory; reading the past of this many takes a second, and a few on a slow database.
const MAX_RESTORED_DOCUMENTS: usize = 256;

struct Live<M: ReadModel> {
    work: Workset<M>,
    ledger: Ledger,
}

#[async_trait]
impl<M: ReadModel> Handler for Live<M> {
    fn next_batch(&self, events: &[Arc<Recorded>]) -> usize {
        self.work.batch_with_few_missing(events, MAX_RESTORED_DOCUMENTS)
    }

    async fn handle(&mut self, tx: &mut Tx, events: &[Arc<Recorded>]) -> Result<(), ConsumeError> {
        let missing = self.work.missing(events.iter());
        if !missing.is_empty() {
            let past = read_past(&self.ledger, &missing).await?;
            self.work.restore(past, load_missing(tx, M::TABLES, &missing).await?)?;
        }
        self.work.fold(events.iter())?;
        self.work.changes().write(tx).await?;
        self.work.trim(MAX_CACHED_DOCUMENTS, MAX_CACHED_BYTES);
        Ok(())
    }

    fn forget(&mut self) {
        self.work.forget();
    }
}

/// A stream counts as settled when the log has this many events after the stream's last one.
const SETTLED_AFTER: Position = 20_000;
/// Most documents in memory during a rebuild. Above this limit, unfinished documents are written and evicted too.
const MAX_DOCUMENTS_IN_MEMORY: usize = 200_000;
/// The same in bytes.
const MAX_BYTES_IN_MEMORY: usize = 512 << 20;
/// Most documents whose rows one write set holds.
const DOCUMENTS_PER_WRITE: usize = 2_000;

struct Bulk<M: ReadModel> {
    work: Workset<M>,
    /// Streams that were written and evicted, by a hash of their identifier. A collision costs one needless lookup.
    written: HashMap<Owner, HashSet<u64>>,
    last: Position,
    /// The position at which documents were last scanned for settled ones.
    last_scan: Position,
}

impl<M: ReadModel> Bulk<M> {
    fn evict(&mut self, untouched_since: Position, settled_only: bool) -> Option<WriteSet> {
        let (taken, writes) = self.work.evict(DOCUMENTS_PER_WRITE, untouched_since, settled_only);
        if taken.is_empty() {
            return None;
        }
        for (owner, id) in taken {
            self.written.entry(owner).or_default().insert(hash(&id));
        }
        Some(writes)
    }
}

impl<M: ReadModel> Loader for Bulk<M> {
    fn missing(&self, events: &[Arc<Recorded>]) -> Missing {
        if self.written.is_empty() {
            return Missing::new();
        }
        let mut missing = self.work.missing(events.iter());
        for (owner, streams) in &mut missing {
            let written = self.written.get(owner);
            streams.retain(|id, _| written.is_some_and(|written| written.contains(&hash(id))));
        }
        missing.retain(|_, streams| !streams.is_empty());
        missing
    }

    fn restore(&mut self, past: Past, found: Found) -> Result<(), ConsumeError> {
        self.work.restore(past, found)
    }

    fn fold(&mut self, events: &[Arc<Recorded>]) -> Result<(), ConsumeError> {
        self.last = events.last().map_or(self.last, |event| event.position);
        self.work.fold(events.iter())
    }

    fn drain_settled(&mut self) -> Option<WriteSet> {
        if self.work.len() > MAX_DOCUMENTS_IN_MEMORY || self.work.bytes() > MAX_BYTES_IN_MEMORY {
            return self.evict(self.last - 1, false);
        }
        if self.last < self.last_scan + SETTLED_AFTER {
            return None;
        }
        let writes = self.evict(self.last - SETTLED_AFTER, true);
        if writes.is_none() {
            // A scan visits all documents, so the next one waits for more events.
            self.last_scan = self.last;
        }
        writes
    }

    fn drain_all(&mut self) -> Option<WriteSet> {
        if let Some(writes) = self.evict(Position::MAX, false) {
            return Some(writes);
        }
        let totals = self.work.remaining_totals();
        (!totals.is_empty()).then_some(totals)
    }
}

fn hash(id: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}
