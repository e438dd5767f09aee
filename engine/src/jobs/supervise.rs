//! Keeps a background task running.

use crate::SharedEngine;
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::task::JoinHandle;

const FIRST_DELAY: Duration = Duration::from_millis(100);
const MAX_DELAY: Duration = Duration::from_secs(10);

/// Runs a task until the service stops. After a panic, which the panic hook logs, it is started again after a delay.
pub fn supervise<F>(
    task: &'static str,
    engine: &SharedEngine,
    start: impl Fn(SharedEngine) -> F + Send + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send,
{
    let engine = engine.clone();
    tokio::spawn(async move {
        let mut delay = FIRST_DELAY;
        while AssertUnwindSafe(start(engine.clone())).catch_unwind().await.is_err() {
            metrics::counter!("background_task_panics_total", "task" => task).increment(1);
            tracing::error!(task, ?delay, "background task panicked, will be started again");
            tokio::select! {
                () = engine.drain.closing() => return,
                () = tokio::time::sleep(delay) => {}
            }
            delay = (delay * 2).min(MAX_DELAY);
        }
    })
}
