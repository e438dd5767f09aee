//! P10: appending to a log of ten million events costs what it did at a hundred thousand.

use super::append::{append_one, sample};
use super::measure::{ROUNDS, median, rate};
use super::report::{Floor, Line, Report};
use harness::scratch::data_dir;
use infra::clock::SystemClock;
use infra::db::DatabaseUrl;
use infra::event_store::{Append, EventStore};
use std::sync::Arc;

/// Events at the start and at the end. `BENCH_EVENTS` reduces the second for a quick run.
const FEW: i64 = 100_000;
const MANY: i64 = 10_000_000;

async fn fill(store: &EventStore, until: i64) {
    while store.head().await.expect("a head") < until {
        let appends = (0..2_000).map(|_| {
            let one = sample();
            let events = vec![one.events[0].clone(); 10];
            store.append(Append { events, ..one })
        });
        futures::future::join_all(appends).await;
    }
}

async fn appends(store: &EventStore) -> f64 {
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let store = store.clone();
        rates.push(
            rate(64, move |_, _| {
                let store = store.clone();
                async move { append_one(&store).await }
            })
            .await,
        );
    }
    median(rates)
}

/// P10.
pub async fn ten_million(report: &mut Report) -> anyhow::Result<()> {
    let many = std::env::var("BENCH_EVENTS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(MANY);
    let folder = data_dir();
    let store = EventStore::open(&DatabaseUrl::Folder(folder.path().into()), Arc::new(SystemClock)).await?;
    fill(&store, FEW).await;
    let few = appends(&store).await;
    fill(&store, many).await;
    let at_many = appends(&store).await;
    report.line(Line {
        id: "P10",
        work: format!("append at {many} events against at {FEW}, SQLite, 64 writers"),
        ours: at_many,
        theirs: Some(few),
        unit: "events/s",
        floor: Floor::RatioAtLeast(0.9),
    });
    Ok(())
}
