//! [`Projector`]: a read model as the runner and the rebuild see it, whatever its documents are.

use crate::engine::{Found, Missing, ProjectionError, ReadModel, Schema, Workset, WriteSet};
use crate::rows::{Owner, Table, load_missing};
use async_trait::async_trait;
use infra::db::{Engine, Tx};
use infra::event_store::{Position, Recorded};
use std::collections::{HashMap, HashSet};
use std::marker::PhantomData;
use std::sync::Arc;

/// A read model that can be filled. It writes rows and does nothing else: effects belong to process managers.
pub trait Projector: Send + Sync + 'static {
    /// Its name, and its namespace's.
    fn name(&self) -> &'static str;
    /// The version of its tables and its fold.
    fn version(&self) -> i64;
    /// How its tables are made.
    fn schema(&self, engine: Engine) -> Schema;
    /// Its tables.
    fn tables(&self) -> &'static [Table];
    /// Whether it must look at an event.
    fn concerns(&self, event: &Recorded) -> bool;
    /// Follows the log live.
    fn follower(&self) -> Box<dyn Follower>;
    /// Fills an empty namespace.
    fn loader(&self) -> Box<dyn Loader>;
}

/// Applies events as they come. It remembers the documents that it saw of late, which is sound while nobody else writes:
/// under a lease.
#[async_trait]
pub trait Follower: Send + Sync {
    /// Applies events within a transaction. Unless that is committed, [`Follower::forget`] must be called.
    async fn apply(&mut self, tx: &mut Tx, events: &[Arc<Recorded>]) -> Result<(), ProjectionError>;
    /// Forgets what it remembers.
    fn forget(&mut self);
}

/// Folds events in memory and gives away finished rows.
pub trait Loader: Send + Sync {
    /// The streams that some of these events belong to and that were written out already: before they are folded,
    /// everything given away must have been written, and be given back by [`Loader::recall`].
    fn missing(&self, events: &[Arc<Recorded>]) -> Missing;
    /// Takes in what is missing.
    ///
    /// # Errors
    /// When the rows are of another version.
    fn recall(&mut self, found: Found) -> Result<(), ProjectionError>;
    /// Folds events.
    ///
    /// # Errors
    /// At an event that cannot be read: a rebuild is strict.
    fn fold(&mut self, events: &[Arc<Recorded>]) -> Result<(), ProjectionError>;
    /// Rows that are probably final, if there are enough of them to be worth writing.
    fn ripe(&mut self) -> Option<WriteSet>;
    /// The rest, part by part; `None` when there is none.
    fn rest(&mut self) -> Option<WriteSet>;
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

    fn follower(&self) -> Box<dyn Follower> {
        Box::new(Live::<M>(Workset::default()))
    }

    fn loader(&self) -> Box<dyn Loader> {
        Box::new(Bulk::<M> {
            work: Workset::default(),
            written: HashMap::new(),
            last: 0,
            looked: 0,
        })
    }
}

/// Most documents that a live projector remembers.
const REMEMBERED: usize = 8_192;

struct Live<M: ReadModel>(Workset<M>);

#[async_trait]
impl<M: ReadModel> Follower for Live<M> {
    async fn apply(&mut self, tx: &mut Tx, events: &[Arc<Recorded>]) -> Result<(), ProjectionError> {
        let missing = self.0.missing(events.iter());
        self.0.recall(load_missing(tx, M::TABLES, missing).await?)?;
        self.0.fold(events.iter())?;
        self.0.changes().write(tx).await?;
        self.0.trim(REMEMBERED);
        Ok(())
    }

    fn forget(&mut self) {
        self.0.forget();
    }
}

/// A stream is quiet when the log has gone on by this much since its last event.
const QUIET: Position = 20_000;
/// Most documents that a rebuild keeps in memory before it writes out those that look unfinished, too.
const MOST_IN_MEMORY: usize = 200_000;
/// Documents whose rows are given away together.
const TOGETHER: usize = 2_000;

struct Bulk<M: ReadModel> {
    work: Workset<M>,
    /// The streams that were written out, by a hash of their identifier: a collision costs a needless look.
    written: HashMap<Owner, HashSet<u64>>,
    last: Position,
    looked: Position,
}

impl<M: ReadModel> Bulk<M> {
    fn take_out(&mut self, quiet: Position, settled_only: bool) -> Option<WriteSet> {
        let (taken, writes) = self.work.take_out(TOGETHER, quiet, settled_only);
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
        for (owner, ids) in &mut missing {
            let written = self.written.get(owner);
            ids.retain(|id| written.is_some_and(|written| written.contains(&hash(id))));
        }
        missing.retain(|_, ids| !ids.is_empty());
        missing
    }

    fn recall(&mut self, found: Found) -> Result<(), ProjectionError> {
        self.work.recall(found)
    }

    fn fold(&mut self, events: &[Arc<Recorded>]) -> Result<(), ProjectionError> {
        self.last = events.last().map_or(self.last, |event| event.position);
        self.work.fold(events.iter())
    }

    fn ripe(&mut self) -> Option<WriteSet> {
        if self.work.len() > MOST_IN_MEMORY {
            return self.take_out(self.last - 1, false);
        }
        if self.last < self.looked + QUIET {
            return None;
        }
        let writes = self.take_out(self.last - QUIET, true);
        if writes.is_none() {
            // Nothing more for now: looking through all documents is not free.
            self.looked = self.last;
        }
        writes
    }

    fn rest(&mut self) -> Option<WriteSet> {
        if let Some(writes) = self.take_out(Position::MAX, false) {
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
