//! From loaded to current: following what came in meanwhile, and taking the old model's place.

use super::RebuildError;
use crate::projector::{Follower, Projector};
use crate::runner::World;
use infra::db::Namespace;
use infra::event_store::Position;
use infra::on_db;
use infra::subscription::checkpoint::{self, Lease};
use std::time::{Duration, Instant};

/// Most events of one transaction.
const BATCH: usize = 2_000;
/// Behind by no more than this the switch begins.
const CLOSE: Position = 200;
/// Rounds of catching up, after which the switch begins however fast the log grows.
const ROUNDS: usize = 50;
/// How long the old model's follower is kept out: longer than any switch.
const KEPT_OUT_SECONDS: i64 = 30;

/// The new checkpoint is free for any follower, and its fence is past every token that was given for the old one.
pub(crate) const OPEN_CHECKPOINT: &str = "update checkpoint
  set fence = $2, owner = null, lease_expires_at = 0, switched_at = $3, model_version = $4 where name = $1";

/// The namespace that is being made.
pub(super) struct Next<'a> {
    projector: &'a dyn Projector,
    world: &'a World,
    pub namespace: Namespace,
    owner: &'a str,
    lease: Lease,
    follower: Box<dyn Follower>,
    pub position: Position,
}

impl<'a> Next<'a> {
    /// The namespace holds what the log says up to `position`.
    pub async fn begin(
        projector: &'a dyn Projector,
        world: &'a World,
        namespace: &Namespace,
        owner: &'a str,
        position: Position,
    ) -> Result<Self, RebuildError> {
        let model = projector.name();
        let now = world.clock.now();
        let lease = checkpoint::acquire(&namespace.db, model, owner, now, KEPT_OUT_SECONDS)
            .await?
            .ok_or(RebuildError::Interrupted)?;
        let mut tx = namespace.db.begin().await?;
        if !checkpoint::advance(&mut tx, model, &lease, lease.position, position).await? {
            return Err(RebuildError::Interrupted);
        }
        tx.commit().await?;
        let follower = projector.follower();
        Ok(Self {
            projector,
            world,
            namespace: namespace.clone(),
            owner,
            lease,
            follower,
            position,
        })
    }

    /// Follows the log to a position, and no further.
    pub async fn catch_up(&mut self, to: Position) -> Result<(), RebuildError> {
        while self.position < to {
            let count = usize::try_from(to - self.position).unwrap_or(BATCH).min(BATCH);
            let events = self.world.ledger.read_all(self.position, count).await?;
            let Some(last) = events.last() else {
                return Err(RebuildError::Interrupted);
            };
            let mut tx = self.namespace.db.begin().await?;
            let model = self.projector.name();
            if !checkpoint::advance(&mut tx, model, &self.lease, self.position, last.position).await? {
                return Err(RebuildError::Interrupted);
            }
            self.follower.apply(&mut tx, &events).await?;
            tx.commit().await?;
            self.position = last.position;
        }
        Ok(())
    }

    /// Follows the log until it is close behind.
    pub async fn follow_closely(&mut self) -> Result<(), RebuildError> {
        for _ in 0..ROUNDS {
            let head = self.world.ledger.head().await?;
            if head - self.position <= CLOSE {
                break;
            }
            self.catch_up(head).await?;
        }
        Ok(())
    }

    /// Fences off the old model's follower, follows the rest, and takes its place. Answers how long the model stood still.
    pub async fn take_over(&mut self, old: &Namespace) -> Result<Duration, RebuildError> {
        let model = self.projector.name();
        let now = self.world.clock.now();
        let mut tx = old.db.begin().await?;
        // Until here the old model's follower was at work; from here on it waits.
        let began = Instant::now();
        let seized = checkpoint::seize(&mut tx, model, self.owner, now.plus_seconds(KEPT_OUT_SECONDS)).await?;
        tx.commit().await?;
        let seized = seized.ok_or(RebuildError::Interrupted)?;
        let switched = self.switch_after(seized).await;
        let stood_still = began.elapsed();
        if switched.is_err() {
            // The old model goes on.
            let _ = checkpoint::release(&old.db, model, &seized).await;
        }
        switched?;
        let (views, name) = (self.world.views.clone(), model);
        tokio::spawn(async move {
            if let Err(error) = views.sweep(name).await {
                tracing::warn!(model = name, %error, "the old rows are left behind; the next rebuild removes them");
            }
        });
        tracing::info!(model, position = self.position, "switched to the rebuilt rows");
        Ok(stood_still)
    }

    async fn switch_after(&mut self, seized: Lease) -> Result<(), RebuildError> {
        // Whoever was told that the old model had passed a position must find it passed by the new one.
        self.catch_up(seized.position).await?;
        let model = self.projector.name();
        let fence = seized.fence.max(self.lease.fence) + 1;
        let now = self.world.clock.now().as_micros();
        on_db!(&self.namespace.db, c => sqlx::query(OPEN_CHECKPOINT)
            .bind(model)
            .bind(fence)
            .bind(now)
            .bind(self.projector.version())
            .execute(c)
            .await
            .map(|_| ()))?;
        self.world.views.switch(self.namespace.clone()).await?;
        Ok(())
    }
}
