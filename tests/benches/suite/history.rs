//! P7: the history of one call of 200 events in a log of a million.

use super::measure::{median, percentile};
use super::report::{Floor, Line, Report};
use super::seed;
use infra::event_store::StreamId;
use std::time::Instant;

const EVENTS: u64 = 1_000_000;
const LENGTH: usize = 200;
/// Histories to read.
const SAMPLES: usize = 3_000;

/// P7.
pub async fn of_one_call(report: &mut Report) -> anyhow::Result<()> {
    let seeded = seed::ledger(seed::size("BENCH_EVENTS", EVENTS), Some(LENGTH)).await?;
    let head = seeded.ledger.head().await?;
    anyhow::ensure!(!seeded.long.is_empty(), "too few events for a long call");
    let mut samples = Vec::with_capacity(SAMPLES);
    for n in 0..SAMPLES {
        // Back and forth through the log, so that no call is read twice in a row.
        let call = &seeded.long[n * 7_919 % seeded.long.len()];
        let begun = Instant::now();
        let history = seeded.ledger.history(&StreamId::call(call)).await?;
        samples.push(begun.elapsed().as_secs_f64() * 1e3);
        anyhow::ensure!(history.len() == LENGTH, "{} events instead of {LENGTH}", history.len());
    }
    let work = format!(
        "history of one call of {LENGTH} events, opened, among {head}, {} such calls, SQLite",
        seeded.long.len()
    );
    for (what, ours, floor) in [
        ("median", median(samples.clone()), Floor::None),
        ("p99", percentile(samples, 0.99), Floor::AtMost(2.0)),
    ] {
        report.line(Line {
            id: "P7",
            work: format!("{work}, {what}"),
            ours,
            theirs: None,
            unit: "ms",
            floor,
        });
    }
    Ok(())
}
