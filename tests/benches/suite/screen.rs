//! P12: the list of calls in the browser after a change of filter and of page, at a million calls.

use super::lists::MANY;
use super::measure::{median, percentile};
use super::report::{Floor, Line, Report};
use super::served::Served;
use super::{fill, seed};
use anyhow::Context as _;
use harness::{browser, scratch};
use infra::db::{DatabaseUrl, ReadStores};
use serde::Deserialize;

/// The script's measurements, in milliseconds from the click to the frame with the new calls.
#[derive(Deserialize)]
struct Measured {
    filter: Vec<f64>,
    next_page: Vec<f64>,
}

/// P12.
pub async fn calls(report: &mut Report) -> anyhow::Result<()> {
    let calls = seed::size("BENCH_CALLS", MANY);
    let folder = scratch::data_dir();
    let read_stores = ReadStores::open(&DatabaseUrl::Folder(folder.path().to_owned())).await?;
    fill::with_calls(&read_stores, calls).await?;
    read_stores.close().await;
    let served = Served::start_in(folder, |_| {}).await?;
    let base_url = format!("http://{}", served.address());
    let printed = browser::script("bench/calls.mjs", &base_url)
        .context("the browser script (build the page with `make web` before the benchmarks)")?;
    let measured: Measured = serde_json::from_str(&printed)?;
    for (what, samples) in [("a filter", measured.filter), ("the next page", measured.next_page)] {
        for (share, name, floor) in [(None, "median", Floor::None), (Some(0.95), "p95", Floor::AtMost(100.0))] {
            report.line(Line {
                id: "P12",
                work: format!("click -> {what} of Calls is drawn in the browser, {calls} calls, {name}"),
                ours: share.map_or_else(|| median(samples.clone()), |share| percentile(samples.clone(), share)),
                theirs: None,
                unit: "ms",
                floor,
            });
        }
    }
    report.note(
        "P12: SQLite; Chromium without a screen, its page, the service and the disk share the machine; the page behind the \
         one shown has mostly been read ahead by then, as it is for people"
            .to_owned(),
    );
    served.stop().await
}
