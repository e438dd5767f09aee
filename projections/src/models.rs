//! [`ReadModels`]: opens, follows, queries and rebuilds all read models.

use crate::agents::Agents;
use crate::call_log::CallLog;
use crate::catalog::projectors;
use crate::contacts::Contacts;
use crate::dashboard::Dashboard;
use crate::live_calls::LiveCalls;
use crate::namespace;
use crate::persona_feedback::Feedback;
use crate::projector::Projector;
use crate::rebuild::{self, Begun, RebuildError, RebuildOptions, RebuildReport};
use crate::runner::{self, ModelStatus, Progress, RunnerContext};
use crate::work::Work;
use infra::clock::{SharedClock, new_id};
use infra::consumer::{Ended, Foreign, dead_letters, find_foreign};
use infra::db::rebuild_records::{self, RebuildRecord};
use infra::db::{DbError, ReadStores};
use infra::event_store::Position;
use infra::health::{Health, Severity};
use infra::ledger::Ledger;
use infra::subscription::checkpoint;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// A new model is loaded in bulk when the log has more events than this. Below, following the log is as fast.
const BULK_LOAD_THRESHOLD: Position = 20_000;
/// How long an erasure waits for a model to pass it before its files are scrubbed.
const SCRUB_TIMEOUT: Duration = Duration::from_secs(10);
/// Delay before the rebuild of an outdated model is retried.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The read models. Cheap to clone; clones share state.
#[derive(Clone)]
pub struct ReadModels {
    context: RunnerContext,
    projectors: Arc<[Arc<dyn Projector>]>,
    progress: Progress,
}

/// The tasks that follow the log. Dropping this does not stop them, only the look at the rebuilds of other processes; see [`Following::stop`].
pub struct Following {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    /// Notes the rebuilds of other processes.
    _rebuilds: AbortOnDropHandle<()>,
}

impl Following {
    /// Stops following the log. Transactions in progress are committed, and the leases are released.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            // The panic hook has logged a task that panicked.
            let _ = task.await;
        }
    }
}

impl ReadModels {
    /// Opens every read model. Creates its tables if they do not exist, so that queries work at once.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open(read_stores: ReadStores, ledger: Ledger, clock: SharedClock) -> Result<Self, DbError> {
        Self::open_with(read_stores, ledger, clock, projectors()).await
    }

    /// As [`ReadModels::open`], with the given projectors.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open_with(
        read_stores: ReadStores,
        ledger: Ledger,
        clock: SharedClock,
        projectors: Vec<Arc<dyn Projector>>,
    ) -> Result<Self, DbError> {
        for projector in &projectors {
            let (model, projector) = (projector.name(), projector.as_ref());
            match prepare(&read_stores, projector).await {
                Err(error) if error.is_damage() && read_stores.discard(model).await? => {
                    tracing::error!(model, cause = error.cause(), "read model damaged, it is built again");
                    prepare(&read_stores, projector).await?;
                }
                prepared => prepared?,
            }
        }
        let progress = Progress::new(read_stores.clone(), projectors.iter().map(|projector| projector.name()));
        let context = RunnerContext {
            ledger,
            read_stores,
            clock,
            owner: new_id("process").into(),
        };
        Ok(Self {
            context,
            projectors: projectors.into(),
            progress,
        })
    }

    /// The projectors.
    #[must_use]
    pub fn projectors(&self) -> &[Arc<dyn Projector>] {
        &self.projectors
    }

    /// The progress of each model.
    #[must_use]
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The position of a model. Later queries include all events up to it.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn position(&self, model: &'static str) -> Result<Position, DbError> {
        let db = self.context.read_stores.current(model).await?.db;
        let checkpoint = checkpoint::read(&db, model).await?;
        Ok(checkpoint.map_or(0, |checkpoint| checkpoint.position))
    }

    /// Removes from the disk what the models no longer show, once they have passed an erasure at `position`: empties the
    /// write-ahead logs, and deletes the files that a rebuild has replaced.
    ///
    /// # Errors
    /// When a database cannot be used, or a reader keeps a write-ahead log in use. Then this must be repeated.
    pub async fn scrub(&self, position: Position) -> Result<(), DbError> {
        let models = self.projectors.iter().map(|projector| {
            let model = projector.name();
            async move {
                self.progress.wait(model, position, SCRUB_TIMEOUT).await;
                self.context.read_stores.sweep(model).await?;
                let namespace = self.context.read_stores.current(model).await?;
                Ok::<(), DbError>(namespace.db.checkpoint().await?)
            }
        });
        futures::future::try_join_all(models).await.map(|_: Vec<()>| ())
    }

    /// Waits until a model has applied the event at `position`. Returns `false` on timeout.
    pub async fn wait(&self, model: &str, position: Position, timeout: Duration) -> bool {
        self.progress.wait(model, position, timeout).await
    }

    /// Follows the log for every model whose lease this process can acquire, until [`Following::stop`]. A model whose
    /// rows have another version is rebuilt first, beside the old rows.
    #[must_use]
    pub fn follow(&self) -> Following {
        let stop = CancellationToken::new();
        let tasks = self.projectors.iter().map(|projector| {
            let (models, projector, stop) = (self.clone(), projector.clone(), stop.clone());
            tokio::spawn(async move {
                // Following ends early when the rows have to be built again.
                while !stop.is_cancelled() {
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = models.bring_up_to_date(&projector) => {}
                    }
                    let context = models.context.clone();
                    let ended = runner::spawn(projector.clone(), context, &models.progress, stop.clone()).await;
                    if let Ok(Ended::Damaged(cause)) = ended {
                        models.replace_damaged(projector.name(), &cause).await;
                    }
                }
            })
        });
        Following {
            tasks: tasks.collect(),
            _rebuilds: AbortOnDropHandle::new(rebuild::poll_elsewhere(
                self.context.read_stores.clone(),
                self.progress.clone(),
                self.projectors.iter().map(|projector| projector.name()).collect(),
            )),
            stop,
        }
    }

    /// Rebuilds a model whose rows have another version, do not belong to the log, or that is empty while the log is long.
    async fn bring_up_to_date(&self, projector: &Arc<dyn Projector>) {
        let model = projector.name();
        let part = runner::part(model);
        let options = RebuildOptions {
            compare: false,
            switch: true,
        };
        loop {
            let error = match self.is_behind(projector.as_ref()).await {
                Ok(Behind::No) => return,
                Ok(behind) => {
                    if let Behind::Foreign(foreign) = &behind {
                        let cause = format!("is rebuilt, because {foreign}");
                        self.health().failing(part.clone(), Severity::Degraded, cause);
                        self.progress.reset(model);
                    }
                    match self.rebuild_by_itself(model, options).await {
                        Ok(report) => {
                            tracing::info!(
                                model,
                                events = report.events,
                                parked = report.parked,
                                "read model rebuilt"
                            );
                            self.health().works(&part);
                            return;
                        }
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            };
            if error.is_damage() {
                self.replace_damaged(model, &error.cause()).await;
            } else if matches!(error, RebuildError::Running) {
                tracing::debug!(model, "another process rebuilds the read model");
            } else {
                let cause = format!("cannot be rebuilt: {}", error.cause());
                self.health().failing(part.clone(), Severity::Degraded, cause);
            }
            tokio::time::sleep(RETRY_AFTER).await;
        }
    }

    /// Throws away the file of a model that cannot be read any more, and begins with an empty one. On PostgreSQL the
    /// server's storage is damaged, which needs a person.
    async fn replace_damaged(&self, model: &'static str, cause: &str) {
        let part = runner::part(model);
        let replaced = self.context.read_stores.discard(model).await;
        let outcome = match &replaced {
            Ok(true) => "it is built again".to_owned(),
            Ok(false) => "restore the database".to_owned(),
            Err(error) => format!("it cannot be replaced: {}", error.cause()),
        };
        self.health()
            .failing(part, Severity::NotReady, format!("{cause}: {outcome}"));
        self.progress.reset(model);
        if !matches!(replaced, Ok(true)) {
            tokio::time::sleep(RETRY_AFTER).await;
        }
    }

    async fn is_behind(&self, projector: &dyn Projector) -> Result<Behind, RebuildError> {
        let namespace = self.context.read_stores.current(projector.name()).await?;
        let found = namespace::prepare(projector, &namespace).await?;
        if let Some(foreign) = find_foreign(&self.context.ledger, &found).await? {
            return Ok(Behind::Foreign(foreign));
        }
        if found.model_version != projector.version() {
            return Ok(Behind::Outdated);
        }
        let empty = found.position == 0 && self.context.ledger.known_head() > BULK_LOAD_THRESHOLD;
        Ok(if empty { Behind::Empty } else { Behind::No })
    }

    /// Begins the rebuild of a model, which [`Begun::run`] then does.
    ///
    /// # Errors
    /// When the model does not exist, when a rebuild of it is running in any process, or when the database cannot be
    /// used.
    pub async fn begin_rebuild(&self, model: &str) -> Result<Begun, RebuildError> {
        let projector = self.projectors.iter().find(|projector| projector.name() == model);
        let projector = projector.ok_or(RebuildError::Unknown)?.clone();
        rebuild::begin(projector, &self.context, &self.progress).await
    }

    /// Rebuilds a model.
    ///
    /// # Errors
    /// As [`ReadModels::begin_rebuild`] and [`Begun::run`].
    pub async fn rebuild(&self, model: &str, options: RebuildOptions) -> Result<RebuildReport, RebuildError> {
        self.begin_rebuild(model).await?.run(options).await
    }

    /// As [`ReadModels::rebuild`], without a person who could confirm that events are set aside.
    async fn rebuild_by_itself(&self, model: &str, options: RebuildOptions) -> Result<RebuildReport, RebuildError> {
        let begun = self.begin_rebuild(model).await?;
        begun.accepting_dead_letters().run(options).await
    }

    fn health(&self) -> &Health {
        self.context.ledger.health()
    }

    /// The status of every model.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn status(&self) -> Result<Vec<ModelStatus>, DbError> {
        let rebuilds = rebuild_records::all(&self.context.read_stores.registry()).await?;
        let mut all = Vec::with_capacity(self.projectors.len());
        for projector in self.projectors.iter() {
            all.push(self.status_of(projector.as_ref(), &rebuilds).await?);
        }
        Ok(all)
    }

    /// The status of every model that can be read, and the cause of those that cannot.
    pub async fn status_of_each(&self) -> Vec<(&'static str, Result<ModelStatus, DbError>)> {
        let rebuilds = rebuild_records::all(&self.context.read_stores.registry())
            .await
            .unwrap_or_default();
        let mut all = Vec::with_capacity(self.projectors.len());
        for projector in self.projectors.iter() {
            all.push((projector.name(), self.status_of(projector.as_ref(), &rebuilds).await));
        }
        all
    }

    async fn status_of(&self, projector: &dyn Projector, rebuilds: &[RebuildRecord]) -> Result<ModelStatus, DbError> {
        let model = projector.name();
        let namespace = self.context.read_stores.current(model).await?;
        let found = checkpoint::read(&namespace.db, model)
            .await?
            .ok_or(sqlx::Error::RowNotFound)?;
        let set_aside = dead_letters::count(&namespace.db).await?;
        let head = self.context.ledger.known_head().max(found.position);
        Ok(ModelStatus {
            model,
            position: found.position,
            head,
            lag: head - found.position,
            events_per_second: self.progress.rate(model, 0),
            version: found.model_version,
            code_version: projector.version(),
            generation: namespace.generation,
            owner: found.holder,
            switched_at: found.switched_at,
            dead_letters: set_aside.dead_letters,
            parked_streams: set_aside.parked_streams,
            first_dead_letter: set_aside.first_position,
            rebuild: self.progress.rebuild_of(model),
            last_rebuild: rebuilds
                .iter()
                .find(|record| record.model == model)
                .and_then(|record| serde_json::from_str(record.outcome.as_deref()?).ok()),
        })
    }

    /// The queries of `call_log`.
    #[must_use]
    pub fn call_log(&self) -> CallLog {
        CallLog::new(self.context.read_stores.clone())
    }

    /// The queries of `dashboard`.
    #[must_use]
    pub fn dashboard(&self) -> Dashboard {
        Dashboard::new(self.context.read_stores.clone())
    }

    /// The queries of `live_calls`.
    #[must_use]
    pub fn live_calls(&self) -> LiveCalls {
        LiveCalls::new(self.context.read_stores.clone())
    }

    /// The queries of `persona_feedback`.
    #[must_use]
    pub fn feedback(&self) -> Feedback {
        Feedback::new(self.context.read_stores.clone())
    }

    /// The queries of `contacts`.
    #[must_use]
    pub fn contacts(&self) -> Contacts {
        Contacts::new(self.context.read_stores.clone())
    }

    /// The queries of `agents`.
    #[must_use]
    pub fn agents(&self) -> Agents {
        Agents::new(self.context.read_stores.clone())
    }

    /// The queries of `work`.
    #[must_use]
    pub fn work(&self) -> Work {
        Work::new(self.context.read_stores.clone())
    }
}

/// Opens a model's namespace, and creates its tables if they do not exist.
async fn prepare(read_stores: &ReadStores, projector: &dyn Projector) -> Result<(), DbError> {
    let namespace = read_stores.current(projector.name()).await?;
    namespace::prepare(projector, &namespace).await?;
    Ok(())
}

#[derive(Clone, PartialEq)]
enum Behind {
    No,
    /// The rows do not belong to the log.
    Foreign(Foreign),
    Empty,
    Outdated,
}
