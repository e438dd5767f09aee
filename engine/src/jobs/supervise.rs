//! Keeps a background task running.

use crate::drain::Drain;
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

const FIRST_DELAY: Duration = Duration::from_millis(100);
const MAX_DELAY: Duration = Duration::from_secs(10);

/// Runs a task until it ends, which it does when the service stops. After a panic, which the panic hook logs, it is started
/// again after a delay.
pub async fn supervise<F: Future<Output = ()>>(task: &'static str, drain: Drain, start: impl Fn() -> F) {
    let mut delay = FIRST_DELAY;
    while AssertUnwindSafe(async { start().await }).catch_unwind().await.is_err() {
        metrics::counter!("background_task_panics_total", "task" => task).increment(1);
        tracing::error!(task, ?delay, "background task panicked, will be started again");
        tokio::select! {
            () = drain.closing() => return,
            () = tokio::time::sleep(delay) => {}
        }
        delay = (delay * 2).min(MAX_DELAY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test]
    async fn panicking_task_is_started_again_until_it_ends() {
        let starts = Cell::new(0);
        let task = || async {
            starts.set(starts.get() + 1);
            assert!(starts.get() > 2, "start {}", starts.get());
        };
        supervise("test", Drain::default(), task).await;
        assert_eq!(starts.get(), 3);
    }

    #[tokio::test]
    async fn panicking_task_is_not_started_again_when_the_service_stops() {
        let drain = Drain::default();
        let starts = Cell::new(0);
        let task = || async {
            starts.set(starts.get() + 1);
            drain.close();
            panic!("start {}", starts.get());
        };
        supervise("test", drain.clone(), task).await;
        assert_eq!(starts.get(), 1);
    }
}
