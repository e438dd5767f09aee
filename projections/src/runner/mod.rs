//! Follows the log for every read model, one task for each.
//!
//! A model is followed by whichever process holds its lease. Rows and checkpoint change in one transaction, which a
//! process that was fenced off cannot commit. A database that is away is waited for. An event that cannot be applied is
//! written to `dead_letters` in the same transaction, its stream is parked, and the others go on: see [`parking`].

mod follow;
mod parking;
mod progress;

pub use progress::{ModelStatus, Progress, RebuildStatus, Stage};

pub(crate) use parking::STATEMENTS;

use crate::projector::Projector;
use follow::{Following, Pause, patiently};
use infra::clock::SharedClock;
use infra::db::Views;
use infra::ledger::Ledger;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Where a follower reads and writes, and who it is.
#[derive(Clone)]
pub(crate) struct World {
    pub ledger: Ledger,
    pub views: Views,
    pub clock: SharedClock,
    /// This process, by a name of its own: it holds the leases.
    pub owner: Arc<str>,
}

/// How often a follower looks whether a lease is free that somebody else holds.
const HELD_ELSEWHERE: Duration = Duration::from_millis(500);
/// The longest that a follower waits before it tries a database again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Follows the log for one model until it is told to stop.
pub(crate) fn spawn(
    projector: Arc<dyn Projector>,
    world: World,
    progress: Progress,
    stop: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let model = projector.name();
        let mut pause = Duration::from_millis(50);
        loop {
            let follow = async {
                let mut following = patiently(Following::open(projector.as_ref(), &world, &progress)).await?;
                pause = Duration::from_millis(50);
                following.run(&stop).await
            };
            // A step that was begun is finished: it may be a commit.
            let ended = follow.await;
            if stop.is_cancelled() {
                return;
            }
            let wait = match ended {
                // A rebuild in this process is about to switch: the new rows are followed as soon as they are there.
                Ok(Pause::HeldElsewhere) if progress.rebuild_of(model).is_some() => Duration::from_millis(10),
                Ok(Pause::HeldElsewhere) => HELD_ELSEWHERE,
                Ok(Pause::SteppedDown) => Duration::ZERO,
                Ok(Pause::Stopped) => return,
                Err(error) => {
                    tracing::warn!(model, error = %follow::chain(&error), "the read model waits for its database");
                    pause = (pause * 2).min(LONGEST_PAUSE);
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
