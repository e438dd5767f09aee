//! Rebuilds a read model from position 0 in a new namespace, while queries use the current one.
//!
//! 1. *Load*: reads the log up to the position of the old model, folds it in memory and writes it in bulk to a new
//!    namespace.
//! 2. *Compare*: compares the tables of both models at the same position, the old one in a snapshot.
//! 3. *Switch*: catches up with new events, fences off the old model's follower, applies the last events, and makes the
//!    new namespace the current one.
//!
//! The old model is not changed before the switch, so a rebuild that was killed can be started again. A rebuild is
//! strict: it stops at an event that cannot be read or applied, because a rebuilt model must be complete.

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
use infra::consumer::ConsumeError;
use infra::db::{DbError, Engine, Namespace, ShadowNamespace};
use infra::event_store::{Position, StoreError};
use infra::subscription::checkpoint::{self, Lease};
use rows_file::RowsFile;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use switch::Next;
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
}

/// Why a rebuild failed. The old model is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    #[error("no read model with this name")]
    Unknown,
    #[error("a rebuild of this read model is already running")]
    Running,
    #[error(transparent)]
    Projection(#[from] ConsumeError),
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

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Projection(error.into())
    }
}

/// The name of the lease under which rebuilds run. It is separate from the model's own checkpoint.
const LEASE_NAME: &str = "rebuild";
const LEASE_SECONDS: i64 = 60;
const LEASE_RENEW_INTERVAL: Duration = Duration::from_secs(10);

/// A rebuild that has begun: it holds the lease of rebuilds of the model.
pub struct Begun {
    projector: Arc<dyn Projector>,
    context: RunnerContext,
    progress: Progress,
    old: Namespace,
    /// The position of the old model.
    position: Position,
    owner: String,
    lease: Lease,
    _renewal: LeaseRenewal,
}

/// Begins the rebuild of a model.
pub(crate) async fn begin(
    projector: Arc<dyn Projector>,
    context: &RunnerContext,
    progress: &Progress,
) -> Result<Begun, RebuildError> {
    let old = context.read_stores.current(projector.name()).await?;
    let found = namespace::prepare(projector.as_ref(), &old).await?;
    checkpoint::create(&old.db, LEASE_NAME, projector.version()).await?;
    let owner = new_id("rebuild");
    let lease = checkpoint::acquire(&old.db, LEASE_NAME, &owner, LEASE_SECONDS)
        .await?
        .ok_or(RebuildError::Running)?;
    Ok(Begun {
        _renewal: LeaseRenewal::start(&old, lease),
        projector,
        context: context.clone(),
        progress: progress.clone(),
        position: found.position,
        old,
        owner,
        lease,
    })
}

impl Begun {
    /// The name of the model.
    #[must_use]
    pub fn model(&self) -> &'static str {
        self.projector.name()
    }

    /// Rebuilds the model. [`Progress::watch_rebuild`] reports its progress, in every process; the result is also in
    /// [`crate::ModelStatus::last_rebuild`].
    ///
    /// # Errors
    /// At the first event that cannot be applied, or when a database cannot be used. The old rows are unchanged then.
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
        };
        let started = Instant::now();
        let work = async {
            let (next, loaded) = run.fill(&shadow, goal, started).await?;
            let outcome = run.finish(&self.old, &next, goal, started, loaded).await;
            if !matches!(&outcome, Ok(report) if report.switched) {
                next.db.close().await;
            }
            outcome
        };
        // A fold that panics is reported like an event that cannot be applied, and what follows is cleaned up.
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        let outcome = outcome.unwrap_or(Err(ConsumeError::Panicked.into()));
        if !matches!(&outcome, Ok(report) if report.switched)
            && let Err(error) = self.context.read_stores.remove(&shadow).await
        {
            tracing::warn!(model, %error, "removing the new namespace failed, the next rebuild will remove it");
        }
        outcome
    }
}

struct Run<'a> {
    projector: Arc<dyn Projector>,
    context: &'a RunnerContext,
    progress: &'a Progress,
    options: RebuildOptions,
    owner: String,
}

impl Run<'_> {
    /// Fills the shadow namespace from the log up to `goal` and opens it. Returns how long loading took.
    async fn fill(
        &self,
        shadow: &ShadowNamespace,
        goal: Position,
        started: Instant,
    ) -> Result<(Namespace, Duration), RebuildError> {
        let (projector, read_stores) = (self.projector.as_ref(), &self.context.read_stores);
        self.report(Stage::Loading, 0, goal, started);
        let mut opened = None;
        let target = if let Some(file) = &shadow.file {
            Target::File(RowsFile::create(file, projector.schema(Engine::Sqlite).tables)?)
        } else {
            let next = opened.insert(read_stores.open_shadow(shadow).await?);
            namespace::create_tables(projector, &next.db).await?;
            Target::Server(next.db.clone())
        };
        let file = load::load(&self.projector, self.context, target, goal, |done| {
            self.report(Stage::Loading, done, goal, started);
        })
        .await?;
        let loaded = started.elapsed();
        self.report(Stage::Indexing, goal, goal, started);
        if let Some(file) = file {
            let indexes = projector.schema(Engine::Sqlite).indexes;
            tokio::task::spawn_blocking(move || file.finish(indexes))
                .await
                .map_err(|_| RebuildError::Interrupted)??;
        }
        let next = match opened {
            Some(next) => {
                namespace::create_indexes(projector, &next.db).await?;
                next
            }
            None => read_stores.open_shadow(shadow).await?,
        };
        namespace::create_checkpoint(projector, &next.db).await?;
        Ok((next, loaded))
    }

    async fn finish(
        &self,
        old: &Namespace,
        next: &Namespace,
        goal: Position,
        started: Instant,
        loaded: Duration,
    ) -> Result<RebuildReport, RebuildError> {
        let projector = self.projector.as_ref();
        let model = projector.name();
        let load_seconds = loaded.as_secs_f64();
        let mut next = Next::begin(projector, self.context, next, &self.owner, goal).await?;

        let mut difference = None;
        if self.options.compare {
            self.report(Stage::CatchingUp, next.position, goal, started);
            let mut snapshot = compare::Snapshot::of(old, model).await?;
            next.catch_up(snapshot.position).await?;
            self.report(Stage::Comparing, next.position, next.position, started);
            difference = Some(snapshot.compare(&next.namespace.db, projector.tables()).await?);
        }
        let mut switch_ms = None;
        if self.options.switch {
            let head = self.context.ledger.head().await?;
            self.report(Stage::CatchingUp, next.position, head, started);
            next.follow_closely().await?;
            self.report(Stage::Switching, next.position, head, started);
            switch_ms = Some(next.take_over(old).await?.as_secs_f64() * 1_000.0);
            self.progress.reached(model, next.position);
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
            position: next.position,
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
struct LeaseRenewal(tokio::task::JoinHandle<()>);

impl LeaseRenewal {
    fn start(namespace: &Namespace, lease: Lease) -> Self {
        let db = namespace.db.clone();
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(LEASE_RENEW_INTERVAL).await;
                // A failed renewal is retried long before the lease expires.
                let _ = checkpoint::renew(&db, LEASE_NAME, &lease, LEASE_SECONDS).await;
            }
        }))
    }
}

impl Drop for LeaseRenewal {
    fn drop(&mut self) {
        self.0.abort();
    }
}
