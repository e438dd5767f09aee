//! Runs work from many writers for a fixed time and measures its rate.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "three digits of precision suffice"
)]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Rounds per side; the sides alternate.
pub const ROUNDS: usize = 3;
pub const ROUND: Duration = Duration::from_secs(3);

/// Runs `work(writer, n)` in `writers` tasks for one round, each with increasing `n`. Returns completed work per
/// second.
pub async fn rate<W, F>(writers: usize, work: W) -> f64
where
    W: Fn(usize, u64) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send,
{
    let (work, done, stop) = (
        Arc::new(work),
        Arc::new(AtomicU64::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let begun = Instant::now();
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let (work, done, stop) = (work.clone(), done.clone(), stop.clone());
            tokio::spawn(async move {
                for n in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    work(writer, n).await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    tokio::time::sleep(ROUND).await;
    // Unfinished work at the end counts neither as work nor as time.
    let (count, elapsed) = (done.load(Ordering::Relaxed), begun.elapsed());
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.expect("the writer does not panic");
    }
    count as f64 / elapsed.as_secs_f64()
}

/// The median.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// The value below which this share of the figures lies.
pub fn percentile(mut figures: Vec<f64>, share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let index = ((figures.len() - 1) as f64 * share).round() as usize;
    figures[index]
}
