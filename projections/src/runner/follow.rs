//! Follows the log for one model while this process holds its lease.

use super::dead_letters::DeadLetters;
use super::{Progress, RunnerContext};
use crate::engine::ProjectionError;
use crate::namespace;
use crate::projector::{Follower, Projector};
use futures::FutureExt as _;
use infra::db::{DbError, Namespace, Tx};
use infra::event_store::{Position, Recorded, StoreError};
use infra::ledger::Subscription;
use infra::subscription::checkpoint::{self, Lease};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Most events in one transaction.
const MAX_BATCH_EVENTS: usize = 4_000;
/// A follower that has caught up pauses for this many times the duration of its last transaction, so that events
/// accumulate. A transaction of fifty events costs little more than one of a single event, and each webhook is applied
/// by seven followers.
const PAUSE_FACTOR: u32 = 16;
/// The longest such pause: users wait to see what they have just changed.
const MAX_PAUSE: Duration = Duration::from_millis(40);
/// A batch of this many events is a burst: answering calls then takes priority, and rows may lag longer.
const BURST_EVENTS: usize = 100;
/// The longest pause during a burst.
const MAX_BURST_PAUSE: Duration = Duration::from_millis(250);
/// A lease that is not renewed expires after this time, and another process takes over.
const LEASE_SECONDS: i64 = 15;
/// Interval at which the lease is renewed.
const LEASE_RENEW_INTERVAL: Duration = Duration::from_secs(5);
/// Longest time to wait for a database operation: a network that drops packets leaves a connection open for many
/// minutes.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(30);
/// Interval at which an idle follower checks whether a rebuild has switched the namespace.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Why following stopped.
pub(super) enum Pause {
    /// Another process holds the lease.
    LeaseHeld,
    /// Fenced off, or the namespace was switched.
    SteppedDown,
    /// The process is shutting down.
    Stopped,
}

/// Why a model cannot be followed.
#[derive(Debug, thiserror::Error)]
pub(super) enum FollowError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error("cannot read the log")]
    Log(#[from] StoreError),
    /// The panic's message is in the log of the process.
    #[error("the follower panicked")]
    Panicked,
}

impl From<sqlx::Error> for FollowError {
    fn from(error: sqlx::Error) -> Self {
        Self::Projection(error.into())
    }
}

/// The text of an error for a log line. A database's own message may contain personal values, so only its code is
/// shown.
pub(super) fn loggable(error: &FollowError) -> String {
    match error {
        FollowError::Projection(ProjectionError::Database(sqlx::Error::Database(error))) => {
            format!("database error (code {})", error.code().unwrap_or_default())
        }
        other => other.to_string(),
    }
}

/// Waits for a database operation for [`DATABASE_TIMEOUT`] at most. After a timeout the follower is reopened.
pub(super) async fn with_timeout<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, FollowError>
where
    FollowError: From<E>,
{
    match tokio::time::timeout(DATABASE_TIMEOUT, work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()),
    }
}

/// Applies events. A panic of the fold becomes an error, so that the event that causes it is dead-lettered like any other
/// that cannot be applied. The follower drops its documents after an error, so a half-changed one is not used again.
async fn apply_catching_panics(
    follower: &mut dyn Follower,
    tx: &mut Tx,
    events: &[Arc<Recorded>],
) -> Result<(), ProjectionError> {
    let applied = AssertUnwindSafe(follower.apply(tx, events)).catch_unwind().await;
    applied.unwrap_or(Err(ProjectionError::Panicked))
}

pub(super) struct Following<'a> {
    projector: &'a dyn Projector,
    context: &'a RunnerContext,
    progress: &'a Progress,
    open: Option<Open>,
}

/// The state of a follower that holds the lease.
struct Open {
    namespace: Namespace,
    lease: Lease,
    position: Position,
    follower: Box<dyn Follower>,
    dead_letters: DeadLetters,
    log: Subscription,
    renewed: Instant,
}

impl<'a> Following<'a> {
    /// Prepares the namespace and acquires the lease, if it is free.
    pub async fn open(
        projector: &'a dyn Projector,
        context: &'a RunnerContext,
        progress: &'a Progress,
    ) -> Result<Self, FollowError> {
        let model = projector.name();
        let namespace = context.read_stores.current(model).await?;
        let found = namespace::prepare(projector, &namespace).await?;
        progress.reached(model, found.position);
        let mut following = Self {
            projector,
            context,
            progress,
            open: None,
        };
        if found.model_version != projector.version() {
            // The rows have another version. They stay as they are until a rebuild replaces them.
            return Ok(following);
        }
        let Some(lease) = checkpoint::acquire(&namespace.db, model, &context.owner, LEASE_SECONDS).await? else {
            return Ok(following);
        };
        tracing::info!(
            model,
            position = lease.position,
            fence = lease.fence,
            "following the log"
        );
        following.open = Some(Open {
            dead_letters: DeadLetters::load(&namespace.db).await?,
            position: lease.position,
            follower: projector.follower(&context.ledger),
            log: context.ledger.subscribe(lease.position),
            renewed: Instant::now(),
            namespace,
            lease,
        });
        Ok(following)
    }

    /// Follows the log until the lease is lost, the process stops or an error occurs.
    pub async fn run(&mut self, stop: &CancellationToken) -> Result<Pause, FollowError> {
        let Some(mut open) = self.open.take() else {
            return Ok(Pause::LeaseHeld);
        };
        let ended = self.run_open(&mut open, stop).await;
        if matches!(ended, Ok(Pause::Stopped | Pause::SteppedDown)) {
            // Release the lease so that another process does not wait for it to expire.
            if let Err(error) = checkpoint::release(&open.namespace.db, self.projector.name(), &open.lease).await {
                tracing::debug!(model = self.projector.name(), %error, "lease release failed, it will expire");
            }
        }
        ended
    }

    async fn run_open(&mut self, open: &mut Open, stop: &CancellationToken) -> Result<Pause, FollowError> {
        let model = self.projector.name();
        loop {
            let events = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(Pause::Stopped),
                // Read outside the select: a read that takes longer than the poll interval would be cancelled every
                // time.
                ready = open.log.ready() => {
                    ready?;
                    let events = with_timeout(open.log.read(MAX_BATCH_EVENTS)).await?;
                    if events.is_empty() {
                        // The head of the log is ahead, but the next events are not readable yet.
                        tokio::time::sleep(POLL_INTERVAL).await;
                    }
                    events
                }
                () = tokio::time::sleep(POLL_INTERVAL) => Vec::new(),
            };
            self.progress.worked(model);
            if self.context.read_stores.current(model).await?.generation != open.namespace.generation {
                return Ok(Pause::SteppedDown);
            }
            if open.renewed.elapsed() >= LEASE_RENEW_INTERVAL {
                let renew = checkpoint::renew(&open.namespace.db, model, &open.lease, LEASE_SECONDS);
                if !with_timeout(renew).await? {
                    return Ok(Pause::SteppedDown);
                }
                open.renewed = Instant::now();
            }
            if events.is_empty() {
                continue;
            }
            let started = Instant::now();
            if !with_timeout(self.apply(open, &events)).await? {
                tracing::info!(model, "fenced off by another process or by a rebuild");
                return Ok(Pause::SteppedDown);
            }
            let took = started.elapsed();
            self.measure(open, events.len(), took);
            if events.len() < MAX_BATCH_EVENTS {
                let max_pause = if events.len() < BURST_EVENTS {
                    MAX_PAUSE
                } else {
                    MAX_BURST_PAUSE
                };
                tokio::select! {
                    () = stop.cancelled() => return Ok(Pause::Stopped),
                    () = tokio::time::sleep((took * PAUSE_FACTOR).min(max_pause)) => {}
                }
            }
        }
    }

    /// Applies events. If a batch fails, bisects it to find the event that cannot be applied. Returns `false` when
    /// fenced off.
    async fn apply(&self, open: &mut Open, events: &[Arc<Recorded>]) -> Result<bool, FollowError> {
        // A stack of runs of events that remain to be applied, the first on top.
        let mut runs = vec![events];
        while let Some(run) = runs.pop() {
            let Some(last) = run.last() else { continue };
            match self.commit(open, run, None).await {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) if !error.is_permanent() => return Err(error.into()),
                Err(error) if run.len() == 1 => {
                    let reason = error.summary();
                    let model = self.projector.name();
                    tracing::error!(
                        model,
                        position = last.position,
                        reason,
                        "event dead-lettered, stream parked"
                    );
                    if !self.commit(open, run, Some(&reason)).await? {
                        return Ok(false);
                    }
                    metrics::counter!("projection_dead_letters_total", "model" => model).increment(1);
                }
                Err(_) => {
                    let (first, second) = run.split_at(run.len() / 2);
                    runs.push(second);
                    runs.push(first);
                }
            }
        }
        Ok(true)
    }

    /// Writes rows, dead letters and the checkpoint in one transaction. With `give_up` the events are written to
    /// `dead_letters` with that reason, and their streams are parked.
    async fn commit(
        &self,
        open: &mut Open,
        events: &[Arc<Recorded>],
        give_up: Option<&str>,
    ) -> Result<bool, ProjectionError> {
        let Some(last) = events.last() else { return Ok(true) };
        let mut tx = open.namespace.db.begin().await?;
        let outcome = self.write(open, &mut tx, events, give_up).await;
        let committed = match outcome {
            Ok(true) => tx.commit().await.map(|()| true).map_err(ProjectionError::from),
            Ok(false) => tx.rollback().await.map(|()| false).map_err(ProjectionError::from),
            Err(error) => {
                // The connection itself may have failed. Dropping the transaction rolls it back as well.
                drop(tx);
                Err(error)
            }
        };
        if let Ok(true) = committed {
            open.position = last.position;
            open.dead_letters.on_commit();
            self.progress.reached(self.projector.name(), open.position);
        } else {
            open.follower.forget();
            open.dead_letters.on_rollback();
        }
        committed
    }

    async fn write(
        &self,
        open: &mut Open,
        tx: &mut Tx,
        events: &[Arc<Recorded>],
        give_up: Option<&str>,
    ) -> Result<bool, ProjectionError> {
        let Some(last) = events.last() else { return Ok(true) };
        let model = self.projector.name();
        // Done first: it locks the checkpoint row, so that no work is wasted after a lost lease.
        if !checkpoint::advance(tx, model, &open.lease, open.position, last.position).await? {
            return Ok(false);
        }
        let now = self.context.clock.now();
        let concerns = |event: &Recorded| self.projector.concerns(event);
        if let Some(reason) = give_up {
            open.dead_letters.park(tx, events, reason, now).await?;
        } else if let Some(free) = open.dead_letters.divert_parked(tx, events, concerns, now).await? {
            apply_catching_panics(open.follower.as_mut(), tx, &free).await?;
        } else {
            apply_catching_panics(open.follower.as_mut(), tx, events).await?;
        }
        Ok(true)
    }

    fn measure(&self, open: &Open, events: usize, took: Duration) {
        let model = self.projector.name();
        let lag = (self.context.ledger.known_head() - open.position).max(0);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge is a float, and the lag is far below 2^52"
        )]
        metrics::gauge!("projection_lag_events", "model" => model).set(lag as f64);
        metrics::counter!("projection_events_total", "model" => model).increment(events as u64);
        metrics::histogram!("projection_batch_seconds", "model" => model).record(took.as_secs_f64());
        self.progress.record_batch(model, events);
    }
}
