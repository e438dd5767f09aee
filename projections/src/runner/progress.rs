//! [`Progress`]: the position, rate and rebuild status of each model.

use infra::consumer::Observer;
use infra::db::ReadStores;
use infra::event_store::Position;
use infra::subscription::checkpoint;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Interval at which the checkpoint is read when another process may follow the model.
const POLL_INTERVAL: Duration = Duration::from_millis(25);

/// The progress of the models. Cheap to clone; clones share state.
#[derive(Clone)]
pub struct Progress(Arc<Inner>);

struct Inner {
    read_stores: ReadStores,
    models: HashMap<&'static str, ModelProgress>,
}

struct ModelProgress {
    /// When this process last found the model's follower at work, or its lease held by another process.
    worked: Mutex<Instant>,
    position: watch::Sender<Position>,
    rate: Mutex<Rate>,
    rebuild: watch::Sender<Option<RebuildStatus>>,
    /// Whether that rebuild runs in this process.
    rebuilds_here: AtomicBool,
}

/// Events per second over the last few seconds.
struct Rate {
    since: Instant,
    events: usize,
    last: f64,
}

impl Rate {
    fn new() -> Self {
        Self {
            since: Instant::now(),
            events: 0,
            last: 0.0,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate is an estimate")]
    fn add(&mut self, events: usize) -> f64 {
        self.events += events;
        let elapsed = self.since.elapsed().as_secs_f64();
        if elapsed >= 2.0 {
            self.last = self.events as f64 / elapsed;
            self.since = Instant::now();
            self.events = 0;
        }
        self.last
    }
}

/// The stage of a rebuild.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Reads and folds the log and writes rows.
    Loading,
    /// Creates the indexes.
    Indexing,
    /// Applies events that were appended in the meantime.
    CatchingUp,
    /// Compares the new rows with the old ones.
    Comparing,
    /// Replaces the old rows with the new ones.
    Switching,
}

/// The progress of a rebuild.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct RebuildStatus {
    pub stage: Stage,
    /// Events applied.
    pub done: Position,
    /// Events to apply.
    pub total: Position,
    /// Average since the start.
    pub events_per_second: f64,
    /// Estimated from that rate; `None` except while loading.
    pub seconds_left: Option<f64>,
}

/// The status of a model.
#[derive(Clone, Debug)]
pub struct ModelStatus {
    pub model: &'static str,
    /// The position of the last event applied.
    pub position: Position,
    /// The position of the last event in the log.
    pub head: Position,
    /// `head` minus `position`.
    pub lag: Position,
    /// The recent rate of this process.
    pub events_per_second: f64,
    /// The version of the stored rows.
    pub version: i64,
    /// The version that this program writes.
    pub code_version: i64,
    /// The generation of the current namespace.
    pub generation: i64,
    /// The process that holds the lease.
    pub owner: Option<String>,
    /// When a rebuild last switched to the current rows, in epoch microseconds.
    pub switched_at: Option<i64>,
    /// Events that could not be projected, including later events of parked streams.
    pub dead_letters: i64,
    pub parked_streams: i64,
    /// The position of the first event that could not be projected.
    pub first_dead_letter: Option<Position>,
    /// The rebuild that is running, in any process.
    pub rebuild: Option<RebuildStatus>,
    /// The result of the last rebuild that ended, in any process: a [`crate::RebuildReport`], or an object with an
    /// `error`.
    pub last_rebuild: Option<serde_json::Value>,
}

impl Progress {
    pub(crate) fn new(read_stores: ReadStores, models: impl Iterator<Item = &'static str>) -> Self {
        let models = models.map(|model| {
            let progress = ModelProgress {
                worked: Mutex::new(Instant::now()),
                position: watch::Sender::new(0),
                rate: Mutex::new(Rate::new()),
                rebuild: watch::Sender::new(None),
                rebuilds_here: AtomicBool::new(false),
            };
            (model, progress)
        });
        Self(Arc::new(Inner {
            read_stores,
            models: models.collect(),
        }))
    }

    /// Waits until a model has applied the event at `position`. Returns `false` on timeout, or when the model does not
    /// exist.
    pub async fn wait(&self, model: &str, position: Position, timeout: Duration) -> bool {
        let Some((name, progress)) = self.0.models.get_key_value(model) else {
            return false;
        };
        let mut reached = progress.position.subscribe();
        let wait = async {
            loop {
                if *reached.borrow_and_update() >= position {
                    return;
                }
                tokio::select! {
                    _ = reached.changed() => {}
                    // Another process may follow the model; then only its checkpoint shows the position.
                    () = tokio::time::sleep(POLL_INTERVAL) => self.refresh(name).await,
                }
            }
        };
        tokio::time::timeout(timeout, wait).await.is_ok()
    }

    /// Waits until a model's position changes in this process, or until the timeout.
    pub async fn changed(&self, model: &str, timeout: Duration) {
        let reached = self.0.models.get(model).map(|progress| progress.position.subscribe());
        let changed = async {
            match reached {
                // A new subscription ignores earlier changes.
                Some(mut reached) => drop(reached.changed().await),
                None => std::future::pending().await,
            }
        };
        // A timeout is not an error here.
        drop(tokio::time::timeout(timeout, changed).await);
    }

    /// A watch on the rebuild of a model in any process, holding `None` while no rebuild is running. Returns `None`
    /// when the model does not exist.
    #[must_use]
    pub fn watch_rebuild(&self, model: &str) -> Option<watch::Receiver<Option<RebuildStatus>>> {
        self.0.models.get(model).map(|progress| progress.rebuild.subscribe())
    }

    async fn refresh(&self, model: &'static str) {
        let Ok(namespace) = self.0.read_stores.current(model).await else {
            return;
        };
        if let Ok(Some(found)) = checkpoint::read(&namespace.db, model).await {
            self.reached(model, found.position);
        }
    }

    /// Forgets a model's position: its rows do not belong to the log.
    pub(crate) fn reset(&self, model: &str) {
        if let Some(progress) = self.0.models.get(model) {
            progress.position.send_replace(0);
        }
    }

    pub(crate) fn reached(&self, model: &str, position: Position) {
        if let Some(progress) = self.0.models.get(model) {
            progress.position.send_if_modified(|known| {
                let grew = position > *known;
                *known = position.max(*known);
                grew
            });
        }
    }

    /// The models whose follower has not worked in this process for this long, with the time since then: it waits for a
    /// database, or keeps failing. A follower looks at the log several times a second, and gives up a database operation
    /// after 30 seconds. A model that this process rebuilds is not stalled.
    #[must_use]
    pub fn stalled(&self, after: Duration) -> Vec<(&'static str, Duration)> {
        let mut stalled: Vec<_> = self
            .0
            .models
            .iter()
            .filter(|(_, progress)| !progress.rebuilds_here.load(Ordering::Relaxed))
            .map(|(model, progress)| {
                let worked = progress.worked.lock().unwrap_or_else(PoisonError::into_inner);
                (*model, worked.elapsed())
            })
            .filter(|(_, idle)| *idle >= after)
            .collect();
        stalled.sort_unstable();
        stalled
    }

    /// Notes that a model's follower works.
    pub(crate) fn worked(&self, model: &str) {
        if let Some(progress) = self.0.models.get(model) {
            *progress.worked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
    }

    /// The observer of a model's consumer.
    pub(crate) fn observer(&self, model: &'static str) -> ModelObserver {
        ModelObserver {
            progress: self.clone(),
            model,
        }
    }

    pub(crate) fn rate(&self, model: &str, events: usize) -> f64 {
        let rate = self.0.models.get(model).map(|progress| &progress.rate);
        rate.map_or(0.0, |rate| {
            rate.lock().unwrap_or_else(PoisonError::into_inner).add(events)
        })
    }

    /// Notes how far a rebuild in this process is, or that it has ended.
    pub(crate) fn rebuilding(&self, model: &str, status: Option<RebuildStatus>) {
        self.worked(model);
        if let Some(progress) = self.0.models.get(model) {
            progress.rebuilds_here.store(status.is_some(), Ordering::Relaxed);
            progress.rebuild.send_replace(status);
        }
    }

    /// Notes how far a rebuild in another process is, or that there is none.
    pub(crate) fn rebuilding_elsewhere(&self, model: &str, status: Option<RebuildStatus>) {
        let Some(progress) = self.0.models.get(model) else {
            return;
        };
        if !progress.rebuilds_here.load(Ordering::Relaxed) {
            progress.rebuild.send_if_modified(|known| {
                let changed = *known != status;
                *known = status;
                changed
            });
        }
    }

    /// Whether this process rebuilds the model.
    pub(crate) fn is_rebuilding_here(&self, model: &str) -> bool {
        let progress = self.0.models.get(model);
        progress.is_some_and(|progress| progress.rebuilds_here.load(Ordering::Relaxed))
    }

    pub(crate) fn rebuild_of(&self, model: &str) -> Option<RebuildStatus> {
        self.0
            .models
            .get(model)
            .and_then(|progress| progress.rebuild.borrow().clone())
    }
}

/// Notes the progress of a model's consumer, and measures it.
pub(crate) struct ModelObserver {
    progress: Progress,
    model: &'static str,
}

impl Observer for ModelObserver {
    fn worked(&self) {
        self.progress.worked(self.model);
    }

    fn reached(&self, position: Position) {
        self.progress.reached(self.model, position);
    }

    fn committed(&self, events: usize, took: Duration, lag: Position) {
        let model = self.model;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge is a float, and the lag is far below 2^52"
        )]
        metrics::gauge!("projection_lag_events", "model" => model).set(lag as f64);
        metrics::counter!("projection_events_total", "model" => model).increment(events as u64);
        metrics::histogram!("projection_batch_seconds", "model" => model).record(took.as_secs_f64());
        let rate = self.progress.rate(model, events);
        metrics::gauge!("projection_events_per_second", "model" => model).set(rate);
    }

    fn parked(&self) {
        metrics::counter!("projection_dead_letters_total", "model" => self.model).increment(1);
    }
}
