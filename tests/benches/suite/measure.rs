//! Running work from many writers for a while, and what came of it.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures are for people, who read three digits"
)]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Rounds of each side; sides alternate.
pub const ROUNDS: usize = 3;
/// How long a round takes.
pub const ROUND: Duration = Duration::from_secs(3);

/// Runs `work(writer, n)` from `writers` tasks for one round; each goes on with `n + 1` when it is done. Work a second.
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
    // What is under way at the end counts neither as work nor as time.
    let (count, elapsed) = (done.load(Ordering::Relaxed), begun.elapsed());
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.expect("a writer works to its end");
    }
    count as f64 / elapsed.as_secs_f64()
}

/// The middle one.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// The figure below which a share of all lie.
pub fn percentile(mut figures: Vec<f64>, share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let index = ((figures.len() - 1) as f64 * share).round() as usize;
    figures[index]
}
