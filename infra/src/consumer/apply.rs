//! [`Applier`]: applies events of the log to the tables of a consumer, and parks what cannot be applied. A follower and a
//! rebuild use the same one, so both park the same events.

use super::dead_letters::DeadLetters;
use super::{ConsumeError, Handler, Observer};
use crate::clock::SharedClock;
use crate::db::{Db, Tx};
use crate::event_store::{Position, Recorded};
use crate::ledger::Ledger;
use crate::subscription::checkpoint::{self, Lease, LogMark};
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longest time to wait for a database operation, or for one transaction: a network that drops packets leaves a connection
/// open for many minutes.
pub(super) const DATABASE_TIMEOUT: Duration = Duration::from_secs(30);

/// What an [`Applier`] asks and reports to.
#[derive(Clone, Copy)]
pub struct ApplierContext<'a> {
    pub ledger: &'a Ledger,
    pub clock: &'a SharedClock,
    /// Whether an event can change what the consumer writes.
    pub concerns: &'a (dyn Fn(&Recorded) -> bool + Send + Sync),
    pub observer: &'a dyn Observer,
}

/// Applies events under a lease, each batch in one transaction with the checkpoint.
pub struct Applier {
    db: Db,
    name: &'static str,
    pub(super) lease: Lease,
    position: Position,
    /// Where the checkpoint is in the log.
    mark: Option<LogMark>,
    handler: Box<dyn Handler>,
    dead_letters: DeadLetters,
}

impl Applier {
    /// An applier for the holder of `lease`, which continues at the lease's position.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open(
        db: Db,
        name: &'static str,
        lease: Lease,
        mark: Option<LogMark>,
        handler: Box<dyn Handler>,
    ) -> Result<Self, sqlx::Error> {
        Ok(Self {
            dead_letters: DeadLetters::load(&db).await?,
            position: lease.position,
            db,
            name,
            lease,
            mark,
            handler,
        })
    }

    /// The position of the checkpoint.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Where the checkpoint is in the log.
    pub(super) const fn mark(&self) -> Option<&LogMark> {
        self.mark.as_ref()
    }

    /// The events at the start, at least one, that the next transaction should apply, and the others.
    #[must_use]
    pub fn next_batch<'e>(&self, events: &'e [Arc<Recorded>]) -> (&'e [Arc<Recorded>], &'e [Arc<Recorded>]) {
        events.split_at(self.handler.next_batch(events).clamp(1.min(events.len()), events.len()))
    }

    /// Applies events. If a batch fails because of its events, bisects it to find the event that cannot be applied, and
    /// parks its stream. Returns `false` when fenced off.
    ///
    /// # Errors
    /// When a database cannot be used. The applier must not be used again then.
    pub async fn apply(&mut self, context: ApplierContext<'_>, events: &[Arc<Recorded>]) -> Result<bool, ConsumeError> {
        let started = Instant::now();
        // A stack of runs of events that remain to be applied, the first on top.
        let mut runs = vec![events];
        while let Some(run) = runs.pop() {
            let Some(last) = run.last() else { continue };
            match self.commit_in_time(context, run, None).await {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) if error.is_permanent() && run.len() == 1 => {
                    let reason = error.summary();
                    report_parked(self.name, last.position, &reason, context.observer);
                    if !self.commit_in_time(context, run, Some(&reason)).await? {
                        return Ok(false);
                    }
                }
                Err(error) if error.is_permanent() => {
                    let (first, second) = run.split_at(run.len() / 2);
                    runs.push(second);
                    runs.push(first);
                }
                Err(error) => return Err(error),
            }
        }
        let lag = (context.ledger.known_head() - self.position).max(0);
        context.observer.committed(events.len(), started.elapsed(), lag);
        Ok(true)
    }

    async fn commit_in_time(
        &mut self,
        context: ApplierContext<'_>,
        events: &[Arc<Recorded>],
        give_up: Option<&str>,
    ) -> Result<bool, ConsumeError> {
        let commit = self.commit(context, events, give_up);
        let committed = tokio::time::timeout(DATABASE_TIMEOUT, commit).await;
        committed.unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()))
    }

    /// Writes what the handler writes, dead letters and the checkpoint in one transaction. With `give_up` the events are
    /// written to `dead_letters` with that reason, and their streams are parked.
    async fn commit(
        &mut self,
        context: ApplierContext<'_>,
        events: &[Arc<Recorded>],
        give_up: Option<&str>,
    ) -> Result<bool, ConsumeError> {
        let Some(last) = events.last() else { return Ok(true) };
        let mark = context.ledger.mark_at(last.position).await?;
        let mut tx = self.db.begin().await?;
        let outcome = self.write(context, &mut tx, events, give_up, mark.as_ref()).await;
        let committed = match outcome {
            Ok(true) => tx.commit().await.map(|()| true).map_err(ConsumeError::from),
            Ok(false) => tx.rollback().await.map(|()| false).map_err(ConsumeError::from),
            Err(error) => {
                // The connection itself may have failed. Dropping the transaction rolls it back as well.
                drop(tx);
                Err(error)
            }
        };
        if let Ok(true) = committed {
            self.position = last.position;
            self.mark = mark.or_else(|| self.mark.take());
            self.dead_letters.on_commit();
            context.observer.reached(self.position);
        } else {
            self.handler.forget();
            self.dead_letters.on_rollback();
        }
        committed
    }

    async fn write(
        &mut self,
        context: ApplierContext<'_>,
        tx: &mut Tx,
        events: &[Arc<Recorded>],
        give_up: Option<&str>,
        mark: Option<&LogMark>,
    ) -> Result<bool, ConsumeError> {
        let Some(last) = events.last() else { return Ok(true) };
        // Done first: it locks the checkpoint row, so that no work is wasted after a lost lease.
        if !checkpoint::advance(tx, self.name, &self.lease, self.position, last.position, mark).await? {
            return Ok(false);
        }
        let now = context.clock.now();
        if let Some(reason) = give_up {
            self.dead_letters.park(tx, events, reason, now).await?;
            return Ok(true);
        }
        match self.dead_letters.set_aside(tx, events, context.concerns, now).await? {
            Some(set_aside) => {
                for (position, reason) in &set_aside.unreadable {
                    report_parked(self.name, *position, reason, context.observer);
                }
                handle_catching_panics(self.handler.as_mut(), tx, &set_aside.free).await?;
            }
            None => handle_catching_panics(self.handler.as_mut(), tx, events).await?,
        }
        Ok(true)
    }
}

fn report_parked(consumer: &str, position: Position, reason: &str, observer: &dyn Observer) {
    tracing::error!(consumer, position, reason, "event dead-lettered, stream parked");
    observer.parked();
}

/// Handles events. A panic of the handler becomes an error, so that the event that causes it is dead-lettered like any
/// other that cannot be handled. The handler drops its cache after an error, so nothing half-changed is used again.
async fn handle_catching_panics(
    handler: &mut dyn Handler,
    tx: &mut Tx,
    events: &[Arc<Recorded>],
) -> Result<(), ConsumeError> {
    let handled = AssertUnwindSafe(handler.handle(tx, events)).catch_unwind().await;
    handled.unwrap_or(Err(ConsumeError::Panicked))
}
