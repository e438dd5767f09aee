//! Follows the log for one consumer while this process holds its lease.

use super::apply::{Applier, ApplierContext, DATABASE_TIMEOUT};
use super::{ConsumeError, ConsumerContext, Foreign, LogConsumer, Observer, find_foreign};
use crate::db::{DbError, Namespace};
use crate::event_store::{Recorded, StoreError};
use crate::ledger::Subscription;
use crate::subscription::checkpoint;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Most events that are read at once.
const MAX_BATCH_EVENTS: usize = 4_000;
/// A consumer that has caught up pauses for this many times the duration of its last transaction, so that events
/// accumulate. A transaction of fifty events costs little more than one of a single event, and each webhook is handled
/// by every consumer.
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
/// Interval at which an idle consumer checks whether a rebuild has switched the namespace.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Why following stopped.
pub(super) enum Pause {
    /// Another process holds the lease.
    LeaseHeld,
    /// Fenced off, or the namespace was switched.
    SteppedDown,
    /// What was written does not belong to the log.
    Foreign(Foreign),
    /// The process is shutting down.
    Stopped,
}

/// Why the log cannot be followed.
#[derive(Debug, thiserror::Error)]
pub(super) enum FollowError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Consume(#[from] ConsumeError),
    #[error("cannot read the log")]
    Log(#[from] StoreError),
    /// The panic's message is in the log of the process.
    #[error("the consumer panicked")]
    Panicked,
}

impl From<sqlx::Error> for FollowError {
    fn from(error: sqlx::Error) -> Self {
        Self::Consume(error.into())
    }
}

impl FollowError {
    /// The cause with its code, for logs and reports. Contains no values of rows.
    pub fn cause(&self) -> String {
        match self {
            Self::Db(error) => error.cause(),
            Self::Consume(error) => error.cause(),
            Self::Log(error) => format!("cannot read the log: {}", error.cause()),
            Self::Panicked => self.to_string(),
        }
    }

    /// Whether the consumer's own database is damaged.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Consume(ConsumeError::Database(error)) => crate::db::is_damaged(error),
            Self::Db(error) => error.is_damage(),
            _ => false,
        }
    }
}

/// Waits for a database operation for [`DATABASE_TIMEOUT`] at most. After a timeout the consumer is opened again.
pub(super) async fn with_timeout<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, FollowError>
where
    FollowError: From<E>,
{
    match tokio::time::timeout(DATABASE_TIMEOUT, work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()),
    }
}

pub(super) struct Following<'a> {
    consumer: &'a dyn LogConsumer,
    context: &'a ConsumerContext,
    observer: &'a dyn Observer,
    open: Option<Open>,
    foreign: Option<Foreign>,
    /// Whether nothing was committed since the last error: the consumer then counts as not working.
    pub is_failing: bool,
}

/// The state of a consumer that holds the lease.
struct Open {
    namespace: Namespace,
    applier: Applier,
    log: Subscription,
    renewed: Instant,
}

impl<'a> Following<'a> {
    /// Prepares the namespace and acquires the lease, if it is free. `is_first`: this process has not held it yet.
    pub async fn open(
        consumer: &'a dyn LogConsumer,
        context: &'a ConsumerContext,
        observer: &'a dyn Observer,
        is_first: bool,
    ) -> Result<Self, FollowError> {
        let name = consumer.name();
        let (namespace, found) = consumer.prepare().await?;
        let foreign = find_foreign(&context.ledger, &found).await?;
        let mut following = Self {
            consumer,
            context,
            observer,
            open: None,
            foreign,
            is_failing: false,
        };
        if following.foreign.is_some() {
            return Ok(following);
        }
        observer.reached(found.position);
        if found.model_version != consumer.version() {
            // The rows have another version. They stay as they are until a rebuild replaces them.
            return Ok(following);
        }
        let (db, owner) = (&namespace.db, &*context.owner);
        let acquired = if is_first && context.ledger.is_only_writer() {
            checkpoint::acquire_from_ended(db, name, owner, LEASE_SECONDS).await?
        } else {
            checkpoint::acquire(db, name, owner, LEASE_SECONDS).await?
        };
        let Some(lease) = acquired else {
            return Ok(following);
        };
        tracing::info!(
            consumer = name,
            position = lease.position,
            fence = lease.fence,
            "following the log"
        );
        following.open = Some(Open {
            applier: Applier::open(namespace.db.clone(), name, lease, found.mark(), consumer.handler()).await?,
            log: context.ledger.subscribe(lease.position),
            renewed: Instant::now(),
            namespace,
        });
        Ok(following)
    }

    /// Follows the log until the lease is lost, the process stops or an error occurs.
    pub async fn run(&mut self, stop: &CancellationToken) -> Result<Pause, FollowError> {
        if let Some(foreign) = self.foreign.take() {
            return Ok(Pause::Foreign(foreign));
        }
        let Some(mut open) = self.open.take() else {
            return Ok(Pause::LeaseHeld);
        };
        let ended = self.run_open(&mut open, stop).await;
        if matches!(ended, Ok(Pause::Stopped | Pause::SteppedDown | Pause::Foreign(_))) {
            // Release the lease so that another process does not wait for it to expire.
            let consumer = self.consumer.name();
            if let Err(error) = checkpoint::release(&open.namespace.db, consumer, &open.applier.lease).await {
                tracing::debug!(consumer, %error, "lease release failed, it will expire");
            }
        }
        ended
    }

    async fn run_open(&mut self, open: &mut Open, stop: &CancellationToken) -> Result<Pause, FollowError> {
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
            if let Some(pause) = self.must_pause(open).await? {
                return Ok(pause);
            }
            if events.is_empty() {
                self.works();
            }
            let started = Instant::now();
            let mut rest = events.as_slice();
            while !rest.is_empty() {
                let (batch, later) = open.applier.next_batch(rest);
                rest = later;
                let applied = self.apply(open, batch).await?;
                if applied {
                    self.works();
                }
                if !applied {
                    tracing::info!(
                        consumer = self.consumer.name(),
                        "fenced off by another process or by a rebuild"
                    );
                    return Ok(Pause::SteppedDown);
                }
                if stop.is_cancelled() {
                    return Ok(Pause::Stopped);
                }
                if !rest.is_empty()
                    && let Some(pause) = self.must_pause(open).await?
                {
                    return Ok(pause);
                }
            }
            if !events.is_empty() && events.len() < MAX_BATCH_EVENTS {
                let max_pause = if events.len() < BURST_EVENTS {
                    MAX_PAUSE
                } else {
                    MAX_BURST_PAUSE
                };
                tokio::select! {
                    () = stop.cancelled() => return Ok(Pause::Stopped),
                    () = tokio::time::sleep((started.elapsed() * PAUSE_FACTOR).min(max_pause)) => {}
                }
            }
        }
    }

    /// Notes a success.
    fn works(&mut self) {
        self.is_failing = false;
        self.context.ledger.health().works(&self.consumer.part());
        self.observer.worked();
    }

    /// Renews the lease when it is time, and then looks whether the log is still the same. Returns why to pause: the lease
    /// is lost, a rebuild has switched the namespace, or the log was replaced.
    async fn must_pause(&self, open: &mut Open) -> Result<Option<Pause>, FollowError> {
        if !self.is_failing {
            self.observer.worked();
        }
        if !self.consumer.is_current(&open.namespace).await? {
            return Ok(Some(Pause::SteppedDown));
        }
        if open.renewed.elapsed() >= LEASE_RENEW_INTERVAL {
            let renew = checkpoint::renew(
                &open.namespace.db,
                self.consumer.name(),
                &open.applier.lease,
                LEASE_SECONDS,
            );
            if !with_timeout(renew).await? {
                return Ok(Some(Pause::SteppedDown));
            }
            open.renewed = Instant::now();
            if let Some(mark) = open.applier.mark()
                && !with_timeout(self.context.ledger.has(mark)).await?
            {
                return Ok(Some(Pause::Foreign(Foreign::OtherEvent(mark.position))));
            }
        }
        Ok(None)
    }

    /// Applies events. Returns `false` when fenced off.
    async fn apply(&self, open: &mut Open, events: &[Arc<Recorded>]) -> Result<bool, ConsumeError> {
        let concerns = |event: &Recorded| self.consumer.concerns(event);
        let context = ApplierContext {
            ledger: &self.context.ledger,
            clock: &self.context.clock,
            concerns: &concerns,
            observer: self.observer,
        };
        open.applier.apply(context, events).await
    }
}
