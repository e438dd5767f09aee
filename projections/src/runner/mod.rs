//! Follows the log for every read model, one task for each.
//!
//! The process that holds a model's lease follows the log for it. Rows and checkpoint change in one transaction, which
//! a fenced-off process cannot commit. If the database is unavailable, the follower retries. An event that cannot be
//! applied, or whose fold panics, is written to `dead_letters` in the same transaction and its stream is parked; other
//! streams are not affected: see [`dead_letters`]. A follower that panics elsewhere is started again after a delay. A
//! follower that has not worked for a while, by the wall clock, is reported as stalled: see [`Progress::stalled`].

mod dead_letters;
mod follow;
mod progress;

pub use progress::{ModelStatus, Progress, RebuildStatus, Stage};

pub(crate) use dead_letters::STATEMENTS;

use crate::projector::Projector;
use follow::{FollowError, Following, Pause, with_timeout};
use futures::FutureExt as _;
use infra::clock::SharedClock;
use infra::db::ReadStores;
use infra::ledger::Ledger;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What a follower reads from and writes to, and its identity as a lease owner.
#[derive(Clone)]
pub(crate) struct RunnerContext {
    pub ledger: Ledger,
    pub read_stores: ReadStores,
    pub clock: SharedClock,
    /// Identifies this process as the owner of leases.
    pub owner: Arc<str>,
}

/// Interval at which a follower tries to acquire a lease that another process holds.
const LEASE_POLL_INTERVAL: Duration = Duration::from_millis(500);
/// Longest delay before a follower retries after a database error.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(5);

/// Follows the log for one model until `stop` is cancelled.
pub(crate) fn spawn(
    projector: Arc<dyn Projector>,
    context: RunnerContext,
    progress: Progress,
    stop: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let model = projector.name();
        let mut pause = Duration::from_millis(50);
        loop {
            let follow = async {
                let mut following = with_timeout(Following::open(projector.as_ref(), &context, &progress)).await?;
                pause = Duration::from_millis(50);
                following.run(&stop).await
            };
            // Not cancelled half-way: a step may be a commit.
            let ended = AssertUnwindSafe(follow).catch_unwind().await;
            if stop.is_cancelled() {
                return;
            }
            let wait = match ended.unwrap_or(Err(FollowError::Panicked)) {
                // A rebuild in this process is about to switch: follow the new rows without delay.
                Ok(Pause::LeaseHeld) if progress.rebuild_of(model).is_some() => Duration::from_millis(10),
                Ok(Pause::LeaseHeld) => {
                    progress.worked(model);
                    LEASE_POLL_INTERVAL
                }
                Ok(Pause::SteppedDown) => Duration::ZERO,
                Ok(Pause::Stopped) => return,
                Err(error) => {
                    tracing::warn!(model, error = %follow::loggable(&error), "read model cannot be followed, will retry");
                    pause = (pause * 2).min(MAX_RETRY_DELAY);
                    pause
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    })
}
