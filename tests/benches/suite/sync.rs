//! What one `fdatasync` of this disk costs: nothing durable can be faster.

use super::measure::{median, percentile};
use harness::scratch::data_dir;
use std::io::Write;
use std::time::Instant;

/// Microseconds of one sync after a write of 4 KiB, many times.
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

/// In a sentence.
pub fn cost() -> anyhow::Result<String> {
    let samples = samples(500)?;
    Ok(format!(
        "one `fdatasync` of this disk: median {:.0} µs, p99 {:.0} µs",
        median(samples.clone()),
        percentile(samples, 0.99)
    ))
}
