//! Rebuilds a read model from position 0 in a new namespace, while queries use the current one.
//!
//! 1. *Load*: reads the log up to the position of the old model, folds it in memory and writes it in bulk to a new
//!    namespace.
//! 2. *Compare*: compares the tables of both models at the same position, the old one in a snapshot.
//! 3. *Switch*: catches up with new events, fences off the old model's follower, applies the last events, and makes the
//!    new namespace the current one.
//!
//! The old model is not changed before the switch, so a rebuild that was killed can be started again. An event that cannot
//! be read or applied is parked as when following, with its stream; but a rebuild that would park more events than the old
//! model has stops before the switch, unless the service rebuilds by itself, or the user accepts it.
//!
//! Loading in bulk writes the rows of many streams at once, and creates the indexes last. When the database rejects
//! something, or a fold panics, the rebuild begins again and applies the log as a follower does, which finds the events
//! that cause it (`docs/decisions/0049`).

mod compare;
mod load;
mod rows_file;
mod shared;
mod switch;
mod write;

pub use compare::{Change, Difference, FieldDifference, RowDifference, TableDifference};

use crate::namespace;
use crate::projector::Projector;
use crate::runner::{Progress, RebuildStatus, RunnerContext, Stage};
use futures::FutureExt as _;
use infra::clock::new_id;
use infra::consumer::dead_letters::{self, DeadLetter};
use infra::consumer::{ConsumeError, find_foreign, rejects_data};
use infra::db::rebuild_lock::RebuildLock;
use infra::db::{DbError, Engine, Namespace, ShadowNamespace};
use infra::event_store::{Position, StoreError};
use infra::subscription::checkpoint::{self, Lease};
use rows_file::RowsFile;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use switch::Next;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use write::Target;

pub(crate) use shared::poll_elsewhere;
pub(crate) use switch::OPEN_CHECKPOINT;

/// The optional steps of a rebuild.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebuildOptions {
    /// Compare the new rows with the old ones.
    pub compare: bool,
    /// Replace the old rows with the new ones. Otherwise the new rows are dropped.
    pub switch: bool,
}

/// The result of a rebuild.
#[derive(Clone, Debug, serde::Serialize)]
pub struct RebuildReport {
    pub model: &'static str,
    /// Events loaded in bulk.
    pub events: Position,
    /// Seconds from the start until the last row was loaded.
    pub load_seconds: f64,
    pub events_per_second: f64,
    /// The differences between the new and the old rows, if they were compared.
    pub difference: Option<Difference>,
    /// Whether the new rows replaced the old ones.
    pub switched: bool,
    /// Milliseconds during which no follower applied events to the model.
    pub switch_ms: Option<f64>,
    /// The last position applied to the new rows.
    pub position: Position,
    /// Events that could not be read or applied, and later events of the same streams.
    pub parked: i64,
    /// The first of these.
    pub dead_letters: Vec<DeadLetter>,
}

/// Why a rebuild failed. The old model is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    #[error("no read model with this name")]
    Unknown,
    #[error(
        "a rebuild of this read model is already running; if its machine was lost, the next one can begin 15 seconds later"
    )]
    Running,
    /// Another process may rebuild the model now.
    #[error("the rebuild was stopped, because its lease was lost")]
    LeaseLost,
    #[error(transparent)]
    Projection(#[from] ConsumeError),
    #[error(
        "event {} cannot be applied ({}): the rebuild would leave out {parked} events, the current rows leave out {allowed}",
        first.position,
        first.reason
    )]
    MoreDeadLetters {
        first: DeadLetter,
        parked: i64,
        allowed: i64,
    },
    #[error("cannot read the log")]
    Log(#[from] StoreError),
    #[error(transparent)]
    Db(#[from] DbError),
    /// The SQLite file of the new namespace cannot be written.
    #[error("cannot write the new rows")]
    File(#[from] rusqlite::Error),
    /// A task of the rebuild ended early: the program is shutting down, or there is a bug.
    #[error("the rebuild was interrupted")]
    Interrupted,
}

impl RebuildError {
    /// The cause with its code, for logs. Contains no values.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Projection(error) => error.cause(),
            Self::Log(error) => error.cause(),
            Self::Db(error) => error.cause(),
            other => other.to_string(),
        }
    }

    /// Whether events cause the error.
    fn is_permanent(&self) -> bool {
        match self {
            Self::Projection(error) => error.is_permanent(),
            Self::File(rusqlite::Error::SqliteFailure(error, _)) => rejects_data(&error.extended_code.to_string()),
            _ => false,
        }
    }

    /// Whether the database of the read model is damaged.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Projection(ConsumeError::Database(error)) => infra::db::is_damaged(error),
            Self::Db(error) => error.is_damage(),
            _ => false,
        }
    }
}

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Projection(error.into())
    }
}

/// The name of the lease under which rebuilds run. It is separate from the model's own checkpoint.
const LEASE_NAME: &str = "rebuild";
/// If the lock of a rebuild is not released, because its machine was lost or stands still, the next one can begin when this
/// time is over.
const LEASE_SECONDS: i64 = 15;
const LEASE_RENEW_INTERVAL: Duration = Duration::from_secs(4);
/// Most dead letters that a report names.
const MAX_REPORTED_DEAD_LETTERS: i64 = 10;

/// A rebuild that has begun: it holds the lease of rebuilds of the model.
pub struct Begun {
    projector: Arc<dyn Projector>,
    context: RunnerContext,
    progress: Progress,
    old: Namespace,
    /// The position of the old model. 0 if its rows do not belong to the log.
    position: Position,
    /// Whether the rows of the old model belong to the log.
    old_belongs: bool,
    /// Events that the old model has set aside.
    old_dead_letters: i64,
    /// Whether the switch may set aside more events than the old model has.
    accepts_dead_letters: bool,
    owner: String,
    lease: Lease,
    renewal: LeaseRenewal,
    /// Absent if a process that stands still holds it.
    _lock: Option<RebuildLock>,
}

/// Begins the rebuild of a model.
pub(crate) async fn begin(
    projector: Arc<dyn Projector>,
    context: &RunnerContext,
    progress: &Progress,
) -> Result<Begun, RebuildError> {
    let old = context.read_stores.current(projector.name()).await?;
    let found = namespace::prepare(projector.as_ref(), &old).await?;
    let old_belongs = find_foreign(&context.ledger, &found).await?.is_none();
    let old_dead_letters = dead_letters::count(&old.db).await?.dead_letters;
    checkpoint::create(&old.db, LEASE_NAME, projector.version()).await?;
    let owner = new_id("rebuild");
    let lock = context.read_stores.lock_rebuild(projector.name()).await?;
    let lease = if lock.is_some() {
        // The process that held the lease has ended.
        let mut tx = old.db.begin().await?;
        let lease = checkpoint::seize(&mut tx, LEASE_NAME, &owner, LEASE_SECONDS).await?;
        tx.commit().await?;
        lease
    } else {
        checkpoint::acquire(&old.db, LEASE_NAME, &owner, LEASE_SECONDS).await?
    };
    let lease = lease.ok_or(RebuildError::Running)?;
    // Before anything else: if this process is killed, the others can say so.
    shared::share_begin(&context.read_stores, projector.name(), &owner).await?;
    Ok(Begun {
        _lock: lock,
        renewal: LeaseRenewal::start(&old, lease),
        projector,
        context: context.clone(),
        progress: progress.clone(),
        position: if old_belongs { found.position } else { 0 },
        old_belongs,
        old_dead_letters,
        accepts_dead_letters: false,
        old,
        owner,
        lease,
    })
}

impl Begun {
    /// Lets the switch set aside more events than the old model has: they cannot be read.
    #[must_use]
    pub const fn accepting_dead_letters(mut self) -> Self {
        self.accepts_dead_letters = true;
        self
    }

    /// The name of the model.
    #[must_use]
    pub fn model(&self) -> &'static str {
        self.projector.name()
    }

    /// Rebuilds the model. [`Progress::watch_rebuild`] reports its progress, in every process; the result is also in
    /// [`crate::ModelStatus::last_rebuild`].
    ///
    /// # Errors
    /// When it would park more events than the old model has and the caller did not accept that, or when a database cannot be
    /// used. The old rows are unchanged then.
    pub async fn run(self, options: RebuildOptions) -> Result<RebuildReport, RebuildError> {
        let (model, read_stores) = (self.projector.name(), &self.context.read_stores);
        let outcome = {
            let _shared = shared::share_progress(read_stores, &self.progress, model, &self.owner);
            self.run_in_shadow(options).await
        };
        // Before the lease is released: the next rebuild may begin at once.
        shared::share_outcome(read_stores, model, &outcome).await;
        if !matches!(&outcome, Ok(report) if report.switched) {
            let _ = checkpoint::release(&self.old.db, LEASE_NAME, &self.lease).await;
        }
        self.progress.rebuilding(model, None);
        outcome
    }

    async fn run_in_shadow(&self, options: RebuildOptions) -> Result<RebuildReport, RebuildError> {
        let model = self.projector.name();
        let shadow = self.context.read_stores.create_shadow(model).await?;
        // Load up to the old model's position, so that both can be compared there. A new model has nothing to compare.
        let goal = if self.position > 0 {
            self.position
        } else {
            self.context.ledger.head().await?
        };
        let run = Run {
            projector: self.projector.clone(),
            context: &self.context,
            progress: &self.progress,
            options,
            owner: self.owner.clone(),
            lease: self.lease,
            renewal: &self.renewal,
            old_belongs: self.old_belongs,
            dead_letters_allowed: (!self.accepts_dead_letters && options.switch).then_some(self.old_dead_letters),
        };
        let started = Instant::now();
        let work = async {
            let filled = run.fill(&shadow, goal, started).await?;
            let outcome = run.finish(&self.old, &filled, goal, started).await;
            if !matches!(&outcome, Ok(report) if report.switched) {
                filled.next.db.close().await;
            }
            outcome
        };
        // A fold that panics is reported like an event that cannot be applied, and what follows is cleaned up.
        let work = AssertUnwindSafe(work).catch_unwind();
        let outcome = tokio::select! {
            outcome = work => outcome.unwrap_or(Err(ConsumeError::Panicked.into())),
            // The new namespace is left alone: another process may be filling it.
            () = self.renewal.lost() => return Err(RebuildError::LeaseLost),
        };
        if !matches!(&outcome, Ok(report) if report.switched)
            && let Err(error) = self.remove(&shadow).await
        {
            tracing::warn!(model, %error, "removing the new namespace failed, the next rebuild will remove it");
        }
        outcome
    }

    /// Removes the new namespace, unless another process may be filling it by now.
    async fn remove(&self, shadow: &ShadowNamespace) -> Result<(), DbError> {
        if checkpoint::renew(&self.old.db, LEASE_NAME, &self.lease, LEASE_SECONDS).await? {
            self.context.read_stores.remove(shadow).await?;
        }
        Ok(())
    }
}

struct Run<'a> {
    projector: Arc<dyn Projector>,
    context: &'a RunnerContext,
    progress: &'a Progress,
    options: RebuildOptions,
    owner: String,
    /// The lease of the rebuild.
    lease: Lease,
    renewal: &'a LeaseRenewal,
    old_belongs: bool,
    /// At most this many events may be set aside. `None`: any number.
    dead_letters_allowed: Option<i64>,
}

/// The new rows, with their indexes.
struct Filled {
    next: Namespace,
    /// The rows are those at this position.
    position: Position,
    /// How long loading took. Absent if something in the log cannot be loaded in bulk: then nothing is loaded.
    took: Option<Duration>,
}

impl Run<'_> {
    /// Fills the shadow namespace from the log and opens it.
    async fn fill(&self, shadow: &ShadowNamespace, goal: Position, started: Instant) -> Result<Filled, RebuildError> {
        let mut opened = None;
        let error = match self.fill_in_bulk(shadow, goal, started, &mut opened).await {
            Ok(filled) => return Ok(filled),
            Err(error) => error,
        };
        if let Some(next) = opened {
            next.db.close().await;
        }
        if !error.is_permanent() {
            return Err(error);
        }
        let (model, cause) = (self.projector.name(), error.cause());
        tracing::warn!(
            model,
            cause,
            "loading in bulk failed, the rebuild applies the log as a follower does"
        );
        let read_stores = &self.context.read_stores;
        read_stores.remove(shadow).await?;
        let next = read_stores.open_shadow(shadow).await?;
        namespace::prepare(self.projector.as_ref(), &next).await?;
        Ok(Filled {
            next,
            position: 0,
            took: None,
        })
    }

    async fn fill_in_bulk(
        &self,
        shadow: &ShadowNamespace,
        goal: Position,
        started: Instant,
        opened: &mut Option<Namespace>,
    ) -> Result<Filled, RebuildError> {
        let (projector, read_stores) = (self.projector.as_ref(), &self.context.read_stores);
        self.report(Stage::Loading, 0, goal, started);
        let target = if let Some(file) = &shadow.file {
            Target::File(RowsFile::create(file, projector.schema(Engine::Sqlite).tables)?)
        } else {
            let next = opened.insert(read_stores.open_shadow(shadow).await?);
            namespace::create_tables(projector, &next.db).await?;
            Target::Server(next.db.clone())
        };
        let (file, set_aside) = load::load(&self.projector, self.context, target, goal, |done| {
            self.report(Stage::Loading, done, goal, started);
        })
        .await?;
        let took = started.elapsed();
        self.report(Stage::Indexing, goal, goal, started);
        if let Some(file) = file {
            let indexes = projector.schema(Engine::Sqlite).indexes;
            tokio::task::spawn_blocking(move || file.finish(indexes))
                .await
                .map_err(|_| RebuildError::Interrupted)??;
        }
        let next = match opened {
            &mut Some(ref next) => {
                namespace::create_indexes(projector, &next.db).await?;
                next
            }
            None => opened.insert(read_stores.open_shadow(shadow).await?),
        };
        namespace::create_checkpoint(projector, &next.db).await?;
        dead_letters::insert_all(&next.db, &set_aside, self.context.clock.now()).await?;
        Ok(Filled {
            next: next.clone(),
            position: goal,
            took: Some(took),
        })
    }

    /// What was parked, for the report.
    ///
    /// # Errors
    /// When it is more than the switch may leave out.
    async fn check_dead_letters(&self, next: &Namespace) -> Result<(i64, Vec<DeadLetter>), RebuildError> {
        let parked = dead_letters::count(&next.db).await?.dead_letters;
        let first = dead_letters::first(&next.db, MAX_REPORTED_DEAD_LETTERS).await?;
        if let Some(letter) = first.first() {
            let (model, position, reason) = (self.projector.name(), letter.position, &letter.reason);
            tracing::warn!(
                model,
                parked,
                first = position,
                reason,
                "the rebuilt rows leave out events"
            );
            if let Some(allowed) = self.dead_letters_allowed.filter(|allowed| parked > *allowed) {
                return Err(RebuildError::MoreDeadLetters {
                    first: letter.clone(),
                    parked,
                    allowed,
                });
            }
        }
        Ok((parked, first))
    }

    async fn finish(
        &self,
        old: &Namespace,
        filled: &Filled,
        goal: Position,
        started: Instant,
    ) -> Result<RebuildReport, RebuildError> {
        let projector = self.projector.as_ref();
        let model = projector.name();
        let mut next = Next::begin(projector, self.context, &filled.next, &self.owner, filled.position).await?;
        next.catch_up_reporting(goal, |done| self.report(Stage::Loading, done, goal, started))
            .await?;
        let load_seconds = filled.took.unwrap_or_else(|| started.elapsed()).as_secs_f64();
        let (parked, dead_letters) = self.check_dead_letters(&next.namespace).await?;

        let mut difference = None;
        // Rows of another log have no position in this one at which they could be compared.
        if self.options.compare && self.old_belongs {
            self.report(Stage::CatchingUp, next.position(), goal, started);
            // Most of the way before the snapshot, whose transaction must not idle.
            if let Some(found) = checkpoint::read(&old.db, model).await? {
                next.catch_up(found.position).await?;
            }
            let mut snapshot = compare::Snapshot::of(old, model).await?;
            next.catch_up(snapshot.position).await?;
            self.report(Stage::Comparing, next.position(), next.position(), started);
            difference = Some(snapshot.compare(&next.namespace.db, projector.tables()).await?);
        }
        let mut switch_ms = None;
        if self.options.switch {
            let head = self.context.ledger.head().await?;
            self.report(Stage::CatchingUp, next.position(), head, started);
            next.follow_closely().await?;
            self.report(Stage::Switching, next.position(), head, started);
            // The switch checks the lease itself, and afterwards the lease is gone with the old rows.
            self.renewal.stop();
            switch_ms = Some(next.take_over(old, self.old_belongs, &self.lease).await?.as_secs_f64() * 1_000.0);
            self.progress.reached(model, next.position());
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate is an estimate")]
        Ok(RebuildReport {
            model,
            events: goal,
            load_seconds,
            events_per_second: goal as f64 / load_seconds.max(1e-9),
            difference,
            switched: switch_ms.is_some(),
            switch_ms,
            position: next.position(),
            parked,
            dead_letters,
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate is an estimate")]
    fn report(&self, stage: Stage, done: Position, total: Position, started: Instant) {
        let events_per_second = done as f64 / started.elapsed().as_secs_f64().max(1e-9);
        let loading = stage == Stage::Loading && done > 0;
        let seconds_left = loading.then(|| (total - done) as f64 / events_per_second);
        let status = RebuildStatus {
            stage,
            done,
            total,
            events_per_second,
            seconds_left,
        };
        self.progress.rebuilding(self.projector.name(), Some(status));
    }
}

/// Renews a lease until it is dropped.
struct LeaseRenewal {
    lost: CancellationToken,
    task: AbortOnDropHandle<()>,
}

impl LeaseRenewal {
    fn start(namespace: &Namespace, lease: Lease) -> Self {
        let (db, lost) = (namespace.db.clone(), CancellationToken::new());
        let is_lost = lost.clone();
        let task = tokio::spawn(async move {
            let mut renewed = Instant::now();
            loop {
                tokio::time::sleep(LEASE_RENEW_INTERVAL).await;
                match checkpoint::renew(&db, LEASE_NAME, &lease, LEASE_SECONDS).await {
                    Ok(true) => renewed = Instant::now(),
                    // A failed renewal is retried until the lease has expired.
                    Err(_) if renewed.elapsed() < Duration::from_secs(LEASE_SECONDS.unsigned_abs()) => {}
                    Ok(false) | Err(_) => return is_lost.cancel(),
                }
            }
        });
        Self {
            lost,
            task: AbortOnDropHandle::new(task),
        }
    }

    fn stop(&self) {
        self.task.abort();
    }

    /// Waits until another process may have taken the lease.
    async fn lost(&self) {
        self.lost.cancelled().await;
    }
}
