//! Keeps a consumer following the log.

use super::follow::{self, FollowError, Following, Pause, with_timeout};
use super::{ConsumerContext, LogConsumer, Observer};
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const FIRST_RETRY_DELAY: Duration = Duration::from_millis(50);
/// Longest delay before a consumer retries after an error.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(5);

/// Follows the log for a consumer until `stop` is cancelled.
pub fn spawn(
    consumer: Arc<dyn LogConsumer>,
    context: ConsumerContext,
    observer: Arc<dyn Observer>,
    stop: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut delay = FIRST_RETRY_DELAY;
        loop {
            let follow = async {
                let mut following =
                    with_timeout(Following::open(consumer.as_ref(), &context, observer.as_ref())).await?;
                delay = FIRST_RETRY_DELAY;
                following.run(&stop).await
            };
            // Not cancelled half-way: a step may be a commit.
            let ended = AssertUnwindSafe(follow).catch_unwind().await;
            if stop.is_cancelled() {
                return;
            }
            let wait = match ended.unwrap_or(Err(FollowError::Panicked)) {
                Ok(Pause::LeaseHeld) => {
                    observer.worked();
                    consumer.lease_poll_interval()
                }
                Ok(Pause::SteppedDown) => Duration::ZERO,
                Ok(Pause::Stopped) => return,
                Err(error) => {
                    let (consumer, error) = (consumer.name(), follow::loggable(&error));
                    tracing::warn!(consumer, error, "log cannot be followed, will retry");
                    delay = (delay * 2).min(MAX_RETRY_DELAY);
                    delay
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    })
}
