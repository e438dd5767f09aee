//! How far each model has come: for whoever waits for it, and for whoever looks after it.

use infra::db::Views;
use infra::event_store::Position;
use infra::subscription::checkpoint;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often a checkpoint is looked at that another process may move.
const LOOK: Duration = Duration::from_millis(25);

/// How far the models have come. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Progress(Arc<Inner>);

struct Inner {
    views: Views,
    models: HashMap<&'static str, ModelProgress>,
}

struct ModelProgress {
    position: watch::Sender<Position>,
    rate: Mutex<Rate>,
    rebuild: watch::Sender<Option<RebuildStatus>>,
}

/// Events a second, over the last few seconds.
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

/// What a rebuild is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reads the log, folds and writes rows.
    Loading,
    /// Makes indexes.
    Indexing,
    /// Follows what came in meanwhile.
    CatchingUp,
    /// Compares the new rows with the old.
    Comparing,
    /// Puts the new rows in the place of the old.
    Switching,
}

/// How far a rebuild has come.
#[derive(Clone, Debug, PartialEq)]
pub struct RebuildStatus {
    /// What it is at.
    pub stage: Stage,
    /// Events done.
    pub done: Position,
    /// Events to do, as far as is known.
    pub total: Position,
    /// Events a second, so far.
    pub events_per_second: f64,
    /// Seconds left to load, at that rate. `None` while nobody knows.
    pub seconds_left: Option<f64>,
}

/// How a model stands.
#[derive(Clone, Debug)]
pub struct ModelStatus {
    /// Its name.
    pub model: &'static str,
    /// The last position that it has finished.
    pub position: Position,
    /// The last position of the log.
    pub head: Position,
    /// How far it is behind.
    pub lag: Position,
    /// Events a second that this process projects, lately.
    pub events_per_second: f64,
    /// The version of its rows.
    pub version: i64,
    /// The version that this program would make.
    pub code_version: i64,
    /// Which namespace is current.
    pub generation: i64,
    /// The process that follows the log for it.
    pub owner: Option<String>,
    /// When its rows became the current ones by a rebuild, in epoch microseconds.
    pub switched_at: Option<i64>,
    /// Events that could not be projected, with those that wait behind them.
    pub dead_letters: i64,
    /// Streams that wait.
    pub parked_streams: i64,
    /// The rebuild that goes on in this process.
    pub rebuild: Option<RebuildStatus>,
}

impl Progress {
    pub(crate) fn new(views: Views, models: impl Iterator<Item = &'static str>) -> Self {
        let models = models.map(|model| {
            let progress = ModelProgress {
                position: watch::Sender::new(0),
                rate: Mutex::new(Rate::new()),
                rebuild: watch::Sender::new(None),
            };
            (model, progress)
        });
        Self(Arc::new(Inner {
            views,
            models: models.collect(),
        }))
    }

    /// Waits until a model has passed a position. `false`: it had not when the time was up, or there is no such model.
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
                    // Another process may follow the model: then its checkpoint is all that tells.
                    () = tokio::time::sleep(LOOK) => self.look(name).await,
                }
            }
        };
        tokio::time::timeout(timeout, wait).await.is_ok()
    }

    /// Waits until a model moves, in this process, or until the time is up.
    pub async fn moves(&self, model: &str, timeout: Duration) {
        let reached = self.0.models.get(model).map(|progress| progress.position.subscribe());
        let moved = async {
            match reached {
                // What was reached before is seen: only what comes from now on counts.
                Some(mut reached) => drop(reached.changed().await),
                None => std::future::pending().await,
            }
        };
        // The time being up is no failure here.
        drop(tokio::time::timeout(timeout, moved).await);
    }

    /// Tells of each rebuild's progress in this process; `None` when there is none. `None` also for no such model.
    #[must_use]
    pub fn watch_rebuild(&self, model: &str) -> Option<watch::Receiver<Option<RebuildStatus>>> {
        self.0.models.get(model).map(|progress| progress.rebuild.subscribe())
    }

    async fn look(&self, model: &'static str) {
        let Ok(namespace) = self.0.views.current(model).await else {
            return;
        };
        if let Ok(Some(found)) = checkpoint::read(&namespace.db, model).await {
            self.reached(model, found.position);
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

    pub(crate) fn worked(&self, model: &'static str, events: usize) {
        let rate = self.rate(model, events);
        metrics::gauge!("projection_events_per_second", "model" => model).set(rate);
    }

    pub(crate) fn rate(&self, model: &str, events: usize) -> f64 {
        let rate = self.0.models.get(model).map(|progress| &progress.rate);
        rate.map_or(0.0, |rate| {
            rate.lock().unwrap_or_else(PoisonError::into_inner).add(events)
        })
    }

    pub(crate) fn rebuilding(&self, model: &str, status: Option<RebuildStatus>) {
        if let Some(progress) = self.0.models.get(model) {
            progress.rebuild.send_replace(status);
        }
    }

    pub(crate) fn rebuild_of(&self, model: &str) -> Option<RebuildStatus> {
        self.0
            .models
            .get(model)
            .and_then(|progress| progress.rebuild.borrow().clone())
    }
}
