//! Keeps a consumer following the log.

use super::follow::{FollowError, Following, Pause, with_timeout};
use super::{ConsumerContext, Foreign, LogConsumer, Observer};
use crate::health::Severity;
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const FIRST_RETRY_DELAY: Duration = Duration::from_millis(50);
/// Longest delay before a consumer retries after an error.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(5);

/// Why a consumer does not follow the log any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The process is shutting down.
    Stopped,
    /// What it wrote does not belong to the log.
    Foreign(Foreign),
    /// What it wrote cannot be read or changed any more; the cause.
    Damaged(String),
}

/// Follows the log for a consumer until `stop` is cancelled, or until what it wrote has to be built again. Other errors are
/// retried, and reported in the health of the process.
pub fn spawn(
    consumer: Arc<dyn LogConsumer>,
    context: ConsumerContext,
    observer: Arc<dyn Observer>,
    stop: CancellationToken,
) -> JoinHandle<Ended> {
    tokio::spawn(async move {
        let (part, health) = (consumer.part(), context.ledger.health().clone());
        let mut delay = FIRST_RETRY_DELAY;
        let mut is_failing = false;
        let mut is_first = true;
        loop {
            let mut has_worked = false;
            let follow = async {
                let mut following = with_timeout(Following::open(
                    consumer.as_ref(),
                    &context,
                    observer.as_ref(),
                    is_first,
                ))
                .await?;
                (following.is_failing, is_first) = (is_failing, false);
                let ended = following.run(&stop).await;
                has_worked = !following.is_failing;
                ended
            };
            // Not cancelled half-way: a step may be a commit.
            let ended = AssertUnwindSafe(follow).catch_unwind().await;
            if stop.is_cancelled() {
                return Ended::Stopped;
            }
            if has_worked {
                (delay, is_failing) = (FIRST_RETRY_DELAY, false);
            }
            let wait = match ended.unwrap_or(Err(FollowError::Panicked)) {
                Ok(Pause::LeaseHeld) => {
                    observer.worked();
                    health.works(&part);
                    consumer.lease_poll_interval()
                }
                Ok(Pause::SteppedDown) => Duration::ZERO,
                Ok(Pause::Stopped) => return Ended::Stopped,
                Ok(Pause::Foreign(foreign)) => return Ended::Foreign(foreign),
                Err(error) if error.is_damage() => return Ended::Damaged(error.cause()),
                Err(error) => {
                    is_failing = true;
                    health.failing(part.clone(), Severity::Degraded, error.cause());
                    delay = (delay * 2).min(MAX_RETRY_DELAY);
                    delay
                }
            };
            tokio::select! {
                () = stop.cancelled() => return Ended::Stopped,
                () = tokio::time::sleep(wait) => {}
            }
        }
    })
}
