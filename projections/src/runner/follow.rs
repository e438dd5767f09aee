//! One model followed, for as long as its lease holds.

use super::parking::Parking;
use super::{Progress, World};
use crate::engine::ProjectionError;
use crate::namespace;
use crate::projector::{Follower, Projector};
use infra::db::{DbError, Namespace, Tx};
use infra::event_store::{Position, Recorded, StoreError};
use infra::ledger::Subscription;
use infra::subscription::checkpoint::{self, Lease};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Most events of one transaction.
const BATCH: usize = 4_000;
/// A follower that has caught up rests for so many times what its last transaction took, and so lets events gather: a
/// transaction of fifty costs little more than one of one, and there are seven followers to a webhook.
const REST_FACTOR: u32 = 16;
/// It never rests for longer: people wait for what they have just changed.
const LONGEST_REST: Duration = Duration::from_millis(40);
/// So many events at once are a rush: then the callers that wait for an answer come first, and rows may be older.
const RUSH: usize = 100;
/// The longest rest in a rush.
const LONGEST_REST_IN_A_RUSH: Duration = Duration::from_millis(250);
/// How long a lease lasts that is not renewed: another process takes over after that.
const LEASE_SECONDS: i64 = 15;
/// How often it is renewed, and a switch looked for when nothing happens.
const RENEW: Duration = Duration::from_secs(5);
/// A database that says nothing for longer is away: a network that swallows packets breaks no connection for many minutes.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a quiet follower looks whether a rebuild has switched.
const LOOK: Duration = Duration::from_millis(250);

/// Why a model is not followed any more, for now.
pub(super) enum Pause {
    /// Another process holds the lease.
    HeldElsewhere,
    /// Fenced off, or the namespace was switched.
    SteppedDown,
    /// Told to stop.
    Stopped,
}

/// What keeps a model from being followed.
#[derive(Debug, thiserror::Error)]
pub(super) enum FollowError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error("the log could not be read")]
    Log(#[from] StoreError),
}

impl From<sqlx::Error> for FollowError {
    fn from(error: sqlx::Error) -> Self {
        Self::Projection(error.into())
    }
}

/// An error with its causes, for a log line. Errors here hold no personal value, but a database's own words may: of
/// those only the code is told.
pub(super) fn chain(error: &FollowError) -> String {
    match error {
        FollowError::Projection(ProjectionError::Database(sqlx::Error::Database(error))) => {
            format!("the database refused (code {})", error.code().unwrap_or_default())
        }
        other => other.to_string(),
    }
}

/// Waits for a database, not for ever. After this the follower begins anew, and forgets what it had half done.
pub(super) async fn patiently<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, FollowError>
where
    FollowError: From<E>,
{
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()),
    }
}

pub(super) struct Following<'a> {
    projector: &'a dyn Projector,
    world: &'a World,
    progress: &'a Progress,
    open: Option<Open>,
}

/// What a follower has while it holds the lease.
struct Open {
    namespace: Namespace,
    lease: Lease,
    position: Position,
    follower: Box<dyn Follower>,
    parking: Parking,
    log: Subscription,
    renewed: Instant,
}

impl<'a> Following<'a> {
    /// Makes the namespace ready and takes the lease, if it is free.
    pub async fn open(
        projector: &'a dyn Projector,
        world: &'a World,
        progress: &'a Progress,
    ) -> Result<Self, FollowError> {
        let model = projector.name();
        let namespace = world.views.current(model).await?;
        let found = namespace::prepare(projector, &namespace).await?;
        progress.reached(model, found.position);
        let mut following = Self {
            projector,
            world,
            progress,
            open: None,
        };
        if found.model_version != projector.version() {
            // Rows of another version: a rebuild replaces them, and until then they are as they were.
            return Ok(following);
        }
        let now = world.clock.now();
        let Some(lease) = checkpoint::acquire(&namespace.db, model, &world.owner, now, LEASE_SECONDS).await? else {
            return Ok(following);
        };
        tracing::info!(
            model,
            position = lease.position,
            fence = lease.fence,
            "following the log"
        );
        following.open = Some(Open {
            parking: Parking::load(&namespace.db).await?,
            position: lease.position,
            follower: projector.follower(),
            log: world.ledger.subscribe(lease.position),
            renewed: Instant::now(),
            namespace,
            lease,
        });
        Ok(following)
    }

    /// Follows until something ends it.
    pub async fn run(&mut self, stop: &CancellationToken) -> Result<Pause, FollowError> {
        let Some(mut open) = self.open.take() else {
            return Ok(Pause::HeldElsewhere);
        };
        let ended = self.run_open(&mut open, stop).await;
        if matches!(ended, Ok(Pause::Stopped | Pause::SteppedDown)) {
            // Another process need not wait for the lease to expire.
            if let Err(error) = checkpoint::release(&open.namespace.db, self.projector.name(), &open.lease).await {
                tracing::debug!(model = self.projector.name(), %error, "a lease is left to expire");
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
                // Read outside the race: reading that is cancelled whenever it takes longer than a look gets nowhere.
                ready = open.log.ready() => {
                    ready?;
                    let events = patiently(open.log.read(BATCH)).await?;
                    if events.is_empty() {
                        // The log is known to go on, and what follows is not to be seen yet.
                        tokio::time::sleep(LOOK).await;
                    }
                    events
                }
                () = tokio::time::sleep(LOOK) => Vec::new(),
            };
            if self.world.views.current(model).await?.generation != open.namespace.generation {
                return Ok(Pause::SteppedDown);
            }
            if open.renewed.elapsed() >= RENEW {
                let now = self.world.clock.now();
                let renew = checkpoint::renew(&open.namespace.db, model, &open.lease, now, LEASE_SECONDS);
                if !patiently(renew).await? {
                    return Ok(Pause::SteppedDown);
                }
                open.renewed = Instant::now();
            }
            if events.is_empty() {
                continue;
            }
            let begun = Instant::now();
            if !patiently(self.apply(open, &events)).await? {
                tracing::info!(model, "fenced off: another process follows, or a rebuild is switching");
                return Ok(Pause::SteppedDown);
            }
            let took = begun.elapsed();
            self.measure(open, events.len(), took);
            if events.len() < BATCH {
                let longest = if events.len() < RUSH {
                    LONGEST_REST
                } else {
                    LONGEST_REST_IN_A_RUSH
                };
                tokio::select! {
                    () = stop.cancelled() => return Ok(Pause::Stopped),
                    () = tokio::time::sleep((took * REST_FACTOR).min(longest)) => {}
                }
            }
        }
    }

    /// Applies events, bisecting to the one that cannot be applied. `false`: fenced off.
    async fn apply(&self, open: &mut Open, events: &[Arc<Recorded>]) -> Result<bool, FollowError> {
        // A stack of runs yet to be done, the first on top.
        let mut runs = vec![events];
        while let Some(run) = runs.pop() {
            let Some(last) = run.last() else { continue };
            match self.commit(open, run, None).await {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) if !error.is_in_the_events() => return Err(error.into()),
                Err(error) if run.len() == 1 => {
                    let reason = error.summary();
                    let model = self.projector.name();
                    tracing::error!(
                        model,
                        position = last.position,
                        reason,
                        "an event cannot be projected: its stream is parked"
                    );
                    if !self.commit(open, run, Some(&reason)).await? {
                        return Ok(false);
                    }
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

    /// Rows, dead letters and checkpoint in one transaction. With a reason the events are given up, and their streams
    /// parked.
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
                // The connection may be what failed; dropping it takes everything back as well.
                drop(tx);
                Err(error)
            }
        };
        if let Ok(true) = committed {
            open.position = last.position;
            open.parking.keep();
            self.progress.reached(self.projector.name(), open.position);
        } else {
            open.follower.forget();
            open.parking.take_back();
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
        // First of all: it takes the row's lock, and nothing is done in vain.
        if !checkpoint::advance(tx, model, &open.lease, open.position, last.position).await? {
            return Ok(false);
        }
        let now = self.world.clock.now();
        let concerns = |event: &Recorded| self.projector.concerns(event);
        if let Some(reason) = give_up {
            open.parking.park(tx, events, reason, now).await?;
        } else if let Some(free) = open.parking.set_aside(tx, events, concerns, now).await? {
            open.follower.apply(tx, &free).await?;
        } else {
            open.follower.apply(tx, events).await?;
        }
        Ok(true)
    }

    fn measure(&self, open: &Open, events: usize, took: Duration) {
        let model = self.projector.name();
        let lag = (self.world.ledger.known_head() - open.position).max(0);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge is a float, and a lag is far below 2^52"
        )]
        metrics::gauge!("projection_lag_events", "model" => model).set(lag as f64);
        metrics::counter!("projection_events_total", "model" => model).increment(events as u64);
        metrics::histogram!("projection_batch_seconds", "model" => model).record(took.as_secs_f64());
        self.progress.worked(model, events);
    }
}
