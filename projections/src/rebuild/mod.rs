//! A read model made anew from position 0, beside the one that readers read.
//!
//! 1. *Load*: the log is read up to where the old model is, folded in memory, and written in bulk to a fresh namespace.
//! 2. *Compare*: both models stand at the same position, the old one in a snapshot; their tables are walked side by side.
//! 3. *Switch*: what came in meanwhile is followed, the old model's follower is fenced off, the rest is followed, and the
//!    new namespace takes the old one's place.
//!
//! Nothing of the old model is touched before the switch: a rebuild that is killed can be started again. It is strict: an
//! event that cannot be read or applied ends it, for a model that was rebuilt must not lack anything.

mod compare;
mod load;
mod switch;
mod write;

pub use compare::{Change, Difference, FieldDifference, RowDifference, TableDifference};

use crate::engine::ProjectionError;
use crate::namespace;
use crate::projector::Projector;
use crate::rows::RowsFile;
use crate::runner::{Progress, RebuildStatus, Stage, World};
use infra::clock::new_id;
use infra::db::{DbError, Draft, Engine, Namespace};
use infra::event_store::{Position, StoreError};
use infra::subscription::checkpoint::{self, Lease};
use std::sync::Arc;
use std::time::{Duration, Instant};
use switch::Next;
use write::Target;

pub(crate) use switch::OPEN_CHECKPOINT;

/// What a rebuild is to do besides loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebuildOptions {
    /// Compare the new rows with the old.
    pub compare: bool,
    /// Put the new rows in the place of the old; otherwise they are thrown away.
    pub switch: bool,
}

/// What a rebuild has done.
#[derive(Clone, Debug, serde::Serialize)]
pub struct RebuildReport {
    /// The model.
    pub model: &'static str,
    /// Events loaded in bulk.
    pub events: Position,
    /// Seconds from the beginning to the last row loaded.
    pub load_seconds: f64,
    /// Events a second while loading.
    pub events_per_second: f64,
    /// How the new rows differ from the old, if that was asked.
    pub difference: Option<Difference>,
    /// Whether the new rows took the place of the old.
    pub switched: bool,
    /// Milliseconds during which the model did not follow the log.
    pub switch_ms: Option<f64>,
    /// The last position in the new rows.
    pub position: Position,
}

/// Why a rebuild ended without a result. The old model is untouched.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// There is no such model.
    #[error("there is no read model of this name")]
    Unknown,
    /// Another rebuild of the model goes on.
    #[error("the read model is being rebuilt already")]
    Running,
    /// An event could not be applied.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    /// The log could not be read.
    #[error("the log could not be read")]
    Log(#[from] StoreError),
    /// The database could not be used.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The file that is being filled could not be written.
    #[error("the new rows could not be written")]
    File(#[from] rusqlite::Error),
    /// A part of the rebuild ended early: the program is shutting down, or there is a bug.
    #[error("the rebuild was interrupted")]
    Interrupted,
}

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Projection(error.into())
    }
}

/// The name of the lease under which rebuilds run, beside the model's own checkpoint.
const LEASE: &str = "rebuild";
const LEASE_SECONDS: i64 = 60;
const RENEW: Duration = Duration::from_secs(10);

/// Rebuilds a model.
pub(crate) async fn rebuild(
    projector: Arc<dyn Projector>,
    world: &World,
    progress: &Progress,
    options: RebuildOptions,
) -> Result<RebuildReport, RebuildError> {
    let model = projector.name();
    let old = world.views.current(model).await?;
    let found = namespace::prepare(projector.as_ref(), &old).await?;
    checkpoint::create(&old.db, LEASE, projector.version()).await?;
    let owner = new_id("rebuild");
    let now = world.clock.now();
    let lease = checkpoint::acquire(&old.db, LEASE, &owner, now, LEASE_SECONDS)
        .await?
        .ok_or(RebuildError::Running)?;
    let _renewing = Renewing::of(&old, lease, world);

    let draft = match world.views.draft(model).await {
        Ok(draft) => draft,
        Err(error) => {
            let _ = checkpoint::release(&old.db, LEASE, &lease).await;
            return Err(error.into());
        }
    };
    // Up to where the old one is, so that both can be compared there; a model that never ran has nothing to compare.
    let goal = if found.position > 0 {
        found.position
    } else {
        world.ledger.head().await?
    };
    let run = Run {
        projector,
        world,
        progress,
        options,
        owner,
    };
    let begun = Instant::now();
    let outcome = match run.fill(&draft, goal, begun).await {
        Ok((next, loaded)) => {
            let outcome = run.go(&old, &next, goal, begun, loaded).await;
            if !matches!(&outcome, Ok(report) if report.switched) {
                next.db.close().await;
            }
            outcome
        }
        Err(error) => Err(error),
    };
    progress.rebuilding(model, None);
    if !matches!(&outcome, Ok(report) if report.switched) {
        if let Err(error) = world.views.remove(&draft).await {
            tracing::warn!(model, %error, "a rebuilt namespace is left behind; the next rebuild removes it");
        }
        let _ = checkpoint::release(&old.db, LEASE, &lease).await;
    }
    outcome
}

struct Run<'a> {
    projector: Arc<dyn Projector>,
    world: &'a World,
    progress: &'a Progress,
    options: RebuildOptions,
    owner: String,
}

impl Run<'_> {
    /// Fills the draft with what the log says up to `goal`, and opens it. Answers how long loading took.
    async fn fill(&self, draft: &Draft, goal: Position, begun: Instant) -> Result<(Namespace, Duration), RebuildError> {
        let (projector, views) = (self.projector.as_ref(), &self.world.views);
        self.at(Stage::Loading, 0, goal, begun);
        let mut opened = None;
        let target = if let Some(file) = &draft.file {
            Target::File(RowsFile::create(file, projector.schema(Engine::Sqlite).tables)?)
        } else {
            let next = opened.insert(views.open_draft(draft).await?);
            namespace::make_tables(projector, &next.db).await?;
            Target::Server(next.db.clone())
        };
        let file = load::load(&self.projector, self.world, target, goal, |done| {
            self.at(Stage::Loading, done, goal, begun);
        })
        .await?;
        let loaded = begun.elapsed();
        self.at(Stage::Indexing, goal, goal, begun);
        if let Some(file) = file {
            let indexes = projector.schema(Engine::Sqlite).indexes;
            tokio::task::spawn_blocking(move || file.finish(indexes))
                .await
                .map_err(|_| RebuildError::Interrupted)??;
        }
        let next = match opened {
            Some(next) => {
                namespace::make_indexes(projector, &next.db).await?;
                next
            }
            None => views.open_draft(draft).await?,
        };
        namespace::finish(projector, &next.db).await?;
        Ok((next, loaded))
    }

    async fn go(
        &self,
        old: &Namespace,
        next: &Namespace,
        goal: Position,
        begun: Instant,
        loaded: Duration,
    ) -> Result<RebuildReport, RebuildError> {
        let projector = self.projector.as_ref();
        let model = projector.name();
        let load_seconds = loaded.as_secs_f64();
        let mut next = Next::begin(projector, self.world, next, &self.owner, goal).await?;

        let mut difference = None;
        if self.options.compare {
            self.at(Stage::CatchingUp, next.position, goal, begun);
            let mut snapshot = compare::Snapshot::of(old, model).await?;
            next.catch_up(snapshot.position).await?;
            self.at(Stage::Comparing, next.position, next.position, begun);
            difference = Some(snapshot.compare(&next.namespace.db, projector.tables()).await?);
        }
        let mut switch_ms = None;
        if self.options.switch {
            let head = self.world.ledger.head().await?;
            self.at(Stage::CatchingUp, next.position, head, begun);
            next.follow_closely().await?;
            self.at(Stage::Switching, next.position, head, begun);
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
    fn at(&self, stage: Stage, done: Position, total: Position, begun: Instant) {
        let events_per_second = done as f64 / begun.elapsed().as_secs_f64().max(1e-9);
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

/// Keeps a lease while it lives.
struct Renewing(tokio::task::JoinHandle<()>);

impl Renewing {
    fn of(namespace: &Namespace, lease: Lease, world: &World) -> Self {
        let (db, clock) = (namespace.db.clone(), world.clock.clone());
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEW).await;
                // A renewal that fails is tried again long before the lease expires.
                let _ = checkpoint::renew(&db, LEASE, &lease, clock.now(), LEASE_SECONDS).await;
            }
        }))
    }
}

impl Drop for Renewing {
    fn drop(&mut self) {
        self.0.abort();
    }
}
