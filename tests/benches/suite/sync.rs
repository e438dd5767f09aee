//! The cost of one `fdatasync` on this disk: the lower bound of every durable append.

use super::measure::{median, percentile};
use harness::scratch::data_dir;
use std::fmt;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// Durations of a sync after a write of 4 KiB, in microseconds.
pub fn samples(count: usize) -> anyhow::Result<Vec<f64>> {
    let folder = data_dir();
    let mut file = std::fs::File::create(folder.path().join("sync"))?;
    let page = [7u8; 4096];
    let mut samples = Vec::with_capacity(count);
    for _ in 0..count {
        file.write_all(&page)?;
        let begun = Instant::now();
        file.sync_data()?;
        samples.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    Ok(samples)
}

/// The cost of one sync, in microseconds.
pub struct Cost {
    median: f64,
    p99: f64,
}

impl Cost {
    pub fn measure() -> anyhow::Result<Self> {
        let samples = samples(500)?;
        Ok(Self {
            median: median(samples.clone()),
            p99: percentile(samples, 0.99),
        })
    }

    /// Waits until the disk is as fast as before, at most two minutes, so that background work of one part (such as the
    /// removal of ten million events) does not slow the next.
    pub async fn wait_until_idle(&self) -> anyhow::Result<()> {
        for _ in 0..120 {
            if median(samples(100)?) < 1.5 * self.median {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, p99 } = self;
        write!(
            f,
            "one `fdatasync` of this disk: median {median:.0} µs, p99 {p99:.0} µs"
        )
    }
}
