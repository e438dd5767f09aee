//! The switch of a rebuild: catches up with the log and makes the new namespace the current one.

use super::{LEASE_NAME, RebuildError};
use crate::projector::Projector;
use crate::runner::RunnerContext;
use infra::consumer::{Applier, ApplierContext};
use infra::db::Namespace;
use infra::event_store::{Position, Recorded};
use infra::on_db;
use infra::subscription::checkpoint::{self, Lease};
use std::time::{Duration, Instant};

/// Most events in one transaction.
const MAX_BATCH_EVENTS: usize = 2_000;
/// The switch starts when the lag is at most this many events.
const MAX_SWITCH_LAG: Position = 200;
/// Most rounds of catching up. After them the switch starts, however fast the log grows.
const MAX_CATCH_UP_ROUNDS: usize = 50;
/// How long the old model's follower is fenced off: longer than any switch takes.
const SWITCH_LEASE_SECONDS: i64 = 30;

/// Frees the new checkpoint for any follower, with a fencing token higher than every token of the old checkpoint.
pub(crate) const OPEN_CHECKPOINT: &str = "update checkpoint
  set fence = $2, owner = null, lease_expires_at = 0, switched_at = $3, model_version = $4 where name = $1";

/// The namespace that the rebuild fills.
pub(super) struct Next<'a> {
    projector: &'a dyn Projector,
    context: &'a RunnerContext,
    pub namespace: Namespace,
    owner: &'a str,
    lease: Lease,
    applier: Applier,
}

impl<'a> Next<'a> {
    /// Takes over a namespace that was loaded up to `position`, which is 0 if nothing was loaded.
    pub async fn begin(
        projector: &'a dyn Projector,
        context: &'a RunnerContext,
        namespace: &Namespace,
        owner: &'a str,
        position: Position,
    ) -> Result<Self, RebuildError> {
        let model = projector.name();
        let lease = checkpoint::acquire(&namespace.db, model, owner, SWITCH_LEASE_SECONDS)
            .await?
            .ok_or(RebuildError::Interrupted)?;
        let mark = context.ledger.mark_at(position).await?;
        let mut tx = namespace.db.begin().await?;
        if !checkpoint::advance(&mut tx, model, &lease, lease.position, position, mark.as_ref()).await? {
            return Err(RebuildError::Interrupted);
        }
        tx.commit().await?;
        let (db, handler) = (namespace.db.clone(), projector.handler(&context.ledger));
        let loaded = Lease { position, ..lease };
        Ok(Self {
            projector,
            context,
            namespace: namespace.clone(),
            owner,
            lease,
            applier: Applier::open(db, model, loaded, mark, handler).await?,
        })
    }

    /// The position of the last event applied.
    pub const fn position(&self) -> Position {
        self.applier.position()
    }

    /// Applies events up to exactly `to`. An event that cannot be applied is parked, as a follower does.
    pub async fn catch_up(&mut self, to: Position) -> Result<(), RebuildError> {
        self.catch_up_reporting(to, |_| {}).await
    }

    /// As [`Next::catch_up`], and reports each position that it reaches.
    pub async fn catch_up_reporting(
        &mut self,
        to: Position,
        mut report: impl FnMut(Position) + Send,
    ) -> Result<(), RebuildError> {
        let concerns = |event: &Recorded| self.projector.concerns(event);
        let context = ApplierContext {
            ledger: &self.context.ledger,
            clock: &self.context.clock,
            concerns: &concerns,
            observer: &(),
        };
        while self.applier.position() < to {
            let left = to - self.applier.position();
            let count = usize::try_from(left).unwrap_or(MAX_BATCH_EVENTS).min(MAX_BATCH_EVENTS);
            let events = self.context.ledger.read_all(self.applier.position(), count).await?;
            let mut rest = events.as_slice();
            if rest.is_empty() {
                return Err(RebuildError::Interrupted);
            }
            while !rest.is_empty() {
                let (batch, later) = self.applier.next_batch(rest);
                rest = later;
                if !self.applier.apply(context, batch).await? {
                    return Err(RebuildError::Interrupted);
                }
                report(self.applier.position());
            }
        }
        Ok(())
    }

    /// Applies events until the lag is at most [`MAX_SWITCH_LAG`], or for [`MAX_CATCH_UP_ROUNDS`] rounds.
    pub async fn follow_closely(&mut self) -> Result<(), RebuildError> {
        for _ in 0..MAX_CATCH_UP_ROUNDS {
            let head = self.context.ledger.head().await?;
            if head - self.position() <= MAX_SWITCH_LAG {
                break;
            }
            self.catch_up(head).await?;
        }
        Ok(())
    }

    /// Fences off the old model's follower, applies the last events and switches namespaces. Returns how long no
    /// follower applied events.
    ///
    /// # Errors
    /// When the lease of the rebuild is lost: another process may be rebuilding the model.
    pub async fn take_over(
        &mut self,
        old: &Namespace,
        old_belongs: bool,
        rebuild: &Lease,
    ) -> Result<Duration, RebuildError> {
        let model = self.projector.name();
        let mut tx = old.db.begin().await?;
        if !checkpoint::renew_in(&mut tx, LEASE_NAME, rebuild, SWITCH_LEASE_SECONDS).await? {
            return Err(RebuildError::LeaseLost);
        }
        // The old model's follower is blocked from here on.
        let began = Instant::now();
        let seized = checkpoint::seize(&mut tx, model, self.owner, SWITCH_LEASE_SECONDS).await?;
        tx.commit().await?;
        let seized = seized.ok_or(RebuildError::Interrupted)?;
        // The position of rows of another log means nothing in this one.
        let at_least = if old_belongs { seized.position } else { 0 };
        let switched = self.switch_after(seized, at_least).await;
        let downtime = began.elapsed();
        if switched.is_err() {
            // The old model's follower continues.
            let _ = checkpoint::release(&old.db, model, &seized).await;
        }
        switched?;
        tracing::info!(model, position = self.position(), "read model switched to rebuilt rows");
        // Waits for it: a process that only rebuilds would end before, and leave rows behind that an erasure does not reach.
        if let Err(error) = self.context.read_stores.sweep(model).await {
            tracing::warn!(model, %error, "removing the old namespace failed, the next erasure or rebuild will remove it");
        }
        Ok(downtime)
    }

    async fn switch_after(&mut self, seized: Lease, at_least: Position) -> Result<(), RebuildError> {
        // A client that saw the old model reach a position must find the new one at that position too.
        self.catch_up(at_least).await?;
        let model = self.projector.name();
        let fence = seized.fence.max(self.lease.fence) + 1;
        let now = self.context.clock.now().as_micros();
        on_db!(&self.namespace.db, c => sqlx::query(OPEN_CHECKPOINT)
            .bind(model)
            .bind(fence)
            .bind(now)
            .bind(self.projector.version())
            .execute(c)
            .await
            .map(|_| ()))?;
        self.context.read_stores.switch(self.namespace.clone()).await?;
        Ok(())
    }
}
