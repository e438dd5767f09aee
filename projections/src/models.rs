//! All read models together: opened, followed, asked about, rebuilt.

use crate::agents::Agents;
use crate::call_log::CallLog;
use crate::contacts::Contacts;
use crate::dashboard::Dashboard;
use crate::live_calls::LiveCalls;
use crate::namespace;
use crate::persona_feedback::Feedback;
use crate::projector::Projector;
use crate::rebuild::{self, RebuildError, RebuildOptions, RebuildReport};
use crate::runner::{self, ModelStatus, Progress, World};
use crate::work::Work;
use infra::clock::{SharedClock, new_id};
use infra::db::{DbError, Views};
use infra::event_store::Position;
use infra::ledger::Ledger;
use infra::subscription::checkpoint;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A model that never ran is loaded in bulk when the log is longer than this; below, following it is as fast.
const WORTH_LOADING: Position = 20_000;
/// How long to wait before an outdated model's rebuild is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// The read models. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct ReadModels {
    world: World,
    projectors: Arc<[Arc<dyn Projector>]>,
    progress: Progress,
}

/// The tasks that follow the log. Dropped, they go on; see [`Following::stop`].
pub struct Following {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Following {
    /// Stops following: what was begun is committed, and the leases are given back.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            // A task that panicked has said so already.
            let _ = task.await;
        }
    }
}

impl ReadModels {
    /// Opens every read model: makes its tables where there are none, so that it can be asked at once.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open(views: Views, ledger: Ledger, clock: SharedClock) -> Result<Self, DbError> {
        Self::open_with(views, ledger, clock, crate::projectors()).await
    }

    /// As [`ReadModels::open`], with projectors of one's own.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open_with(
        views: Views,
        ledger: Ledger,
        clock: SharedClock,
        projectors: Vec<Arc<dyn Projector>>,
    ) -> Result<Self, DbError> {
        for projector in &projectors {
            let namespace = views.current(projector.name()).await?;
            namespace::prepare(projector.as_ref(), &namespace).await?;
        }
        let progress = Progress::new(views.clone(), projectors.iter().map(|projector| projector.name()));
        let world = World {
            ledger,
            views,
            clock,
            owner: new_id("process").into(),
        };
        Ok(Self {
            world,
            projectors: projectors.into(),
            progress,
        })
    }

    /// The projectors.
    #[must_use]
    pub fn projectors(&self) -> &[Arc<dyn Projector>] {
        &self.projectors
    }

    /// How far each model has come.
    #[must_use]
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Waits until a model has passed a position. `false`: it had not when the time was up.
    pub async fn wait(&self, model: &str, position: Position, timeout: Duration) -> bool {
        self.progress.wait(model, position, timeout).await
    }

    /// Follows the log for every model whose lease this process can get, until told to stop. A model whose rows are of
    /// another version is rebuilt first, beside the old rows.
    #[must_use]
    pub fn follow(&self) -> Following {
        let stop = CancellationToken::new();
        let tasks = self.projectors.iter().map(|projector| {
            let (models, projector, stop) = (self.clone(), projector.clone(), stop.clone());
            tokio::spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = models.bring_up_to_date(&projector) => {}
                }
                let task = runner::spawn(projector, models.world.clone(), models.progress.clone(), stop);
                let _ = task.await;
            })
        });
        Following {
            tasks: tasks.collect(),
            stop,
        }
    }

    /// Rebuilds a model whose rows are of another version, or that has a long log before it.
    async fn bring_up_to_date(&self, projector: &Arc<dyn Projector>) {
        let model = projector.name();
        let options = RebuildOptions {
            compare: false,
            switch: true,
        };
        loop {
            let error = match self.is_behind(projector.as_ref()).await {
                Ok(Behind::No) => return,
                Ok(behind) => match rebuild::rebuild(projector.clone(), &self.world, &self.progress, options).await {
                    Ok(report) => {
                        tracing::info!(model, events = report.events, "rebuilt");
                        return;
                    }
                    // Following parks what a rebuild stumbles over.
                    Err(RebuildError::Projection(error)) if behind == Behind::Empty && error.is_in_the_events() => {
                        tracing::error!(model, %error, "the read model is followed from the beginning instead");
                        return;
                    }
                    Err(error) => error,
                },
                Err(error) => error.into(),
            };
            tracing::warn!(model, %error, "the read model is not up to date yet");
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }

    async fn is_behind(&self, projector: &dyn Projector) -> Result<Behind, DbError> {
        let namespace = self.world.views.current(projector.name()).await?;
        let found = namespace::prepare(projector, &namespace).await?;
        if found.model_version != projector.version() {
            return Ok(Behind::Outdated);
        }
        let empty = found.position == 0 && self.world.ledger.known_head() > WORTH_LOADING;
        Ok(if empty { Behind::Empty } else { Behind::No })
    }

    /// Rebuilds a model. Its progress is told by [`Progress::watch_rebuild`].
    ///
    /// # Errors
    /// When there is no such model, when it is being rebuilt already, and at the first event that cannot be applied. The
    /// old rows are untouched then.
    pub async fn rebuild(&self, model: &str, options: RebuildOptions) -> Result<RebuildReport, RebuildError> {
        let projector = self.projectors.iter().find(|projector| projector.name() == model);
        let projector = projector.ok_or(RebuildError::Unknown)?.clone();
        rebuild::rebuild(projector, &self.world, &self.progress, options).await
    }

    /// How every model stands.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn status(&self) -> Result<Vec<ModelStatus>, DbError> {
        let head = self.world.ledger.known_head();
        let mut all = Vec::with_capacity(self.projectors.len());
        for projector in self.projectors.iter() {
            let model = projector.name();
            let namespace = self.world.views.current(model).await?;
            let found = checkpoint::read(&namespace.db, model)
                .await?
                .ok_or(sqlx::Error::RowNotFound)?;
            let (dead_letters, parked_streams) = namespace::count_dead(&namespace.db).await?;
            let head = head.max(found.position);
            let now = self.world.clock.now().as_micros();
            all.push(ModelStatus {
                model,
                position: found.position,
                head,
                lag: head - found.position,
                events_per_second: self.progress.rate(model, 0),
                version: found.model_version,
                code_version: projector.version(),
                generation: namespace.generation,
                owner: found.owner.filter(|_| found.lease_expires_at >= now),
                switched_at: found.switched_at,
                dead_letters,
                parked_streams,
                rebuild: self.progress.rebuild_of(model),
            });
        }
        Ok(all)
    }

    /// Asks `call_log`.
    #[must_use]
    pub fn call_log(&self) -> CallLog {
        CallLog::new(self.world.views.clone())
    }

    /// Asks `dashboard`.
    #[must_use]
    pub fn dashboard(&self) -> Dashboard {
        Dashboard::new(self.world.views.clone())
    }

    /// Asks `live_calls`.
    #[must_use]
    pub fn live_calls(&self) -> LiveCalls {
        LiveCalls::new(self.world.views.clone())
    }

    /// Asks `persona_feedback`.
    #[must_use]
    pub fn feedback(&self) -> Feedback {
        Feedback::new(self.world.views.clone())
    }

    /// Asks `contacts`.
    #[must_use]
    pub fn contacts(&self) -> Contacts {
        Contacts::new(self.world.views.clone())
    }

    /// Asks `agents`.
    #[must_use]
    pub fn agents(&self) -> Agents {
        Agents::new(self.world.views.clone())
    }

    /// Asks `work`.
    #[must_use]
    pub fn work(&self) -> Work {
        Work::new(self.world.views.clone())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Behind {
    No,
    Empty,
    Outdated,
}
