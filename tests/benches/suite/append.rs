//! P1, P2, P3: appends of one event, each on a new stream.

use super::measure::{ROUNDS, median, rate};
use super::peer::{self, NotebookEvent};
use super::report::{Floor, Line, Report};
use super::sync;
use harness::postgres::durable_postgres;
use harness::scratch::data_dir;
use infra::clock::SystemClock;
use infra::db::DatabaseUrl;
use infra::event_store::{Append, Appended, EventStore, NewEvent, StreamId};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Numbers of writers: the gain from batching disappears at one writer, and the report shows it.
const CURVE: [usize; 5] = [1, 16, 64, 256, 1_024];

/// Unused stream names in random index order.
fn fresh_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!(
        "CA{:032x}",
        u128::from(NEXT.fetch_add(1, Ordering::Relaxed)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    )
}

/// One event on a new stream, as the ledger passes it to the store.
pub fn sample() -> Append {
    Append {
        stream: StreamId::call(fresh_name()),
        expected: 0,
        events: vec![NewEvent {
            event_type: "LineWritten".into(),
            event_version: "1.0".into(),
            payload: serde_json::to_string(&NotebookEvent::sample()).expect("serialises"),
            metadata: serde_json::to_string(&peer::metadata()).expect("serialises"),
        }],
        command_key: None,
        opened: Vec::new(),
    }
}

pub async fn append_one(store: &EventStore) {
    let appended = store.append(sample()).await.expect("appended");
    assert!(matches!(appended, Appended::Committed { .. }));
}

async fn ours(store: &EventStore, writers: usize) -> f64 {
    let store = store.clone();
    rate(writers, move |_, _| {
        let store = store.clone();
        async move { append_one(&store).await }
    })
    .await
}

macro_rules! theirs {
    ($framework:expr, $writers:expr) => {{
        let framework = $framework.clone();
        rate($writers, move |_, _| {
            let framework = framework.clone();
            async move {
                let (event, metadata) = (NotebookEvent::sample(), peer::metadata());
                framework
                    .execute_with_metadata(&fresh_name(), event, metadata)
                    .await
                    .expect("appended");
            }
        })
        .await
    }};
}

macro_rules! curve {
    ($report:expr, $id:literal, $engine:literal, $store:expr, $framework:expr, $judged:literal, $floor:expr) => {
        for writers in CURVE {
            let (mut our_rates, mut their_rates) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                our_rates.push(ours(&$store, writers).await);
                their_rates.push(theirs!($framework, writers));
            }
            $report.line(Line {
                id: $id,
                work: format!(concat!("append, one event each, ", $engine, ", {} writers"), writers),
                ours: median(our_rates),
                theirs: Some(median(their_rates)),
                unit: "events/s",
                floor: if writers == $judged {
                    Floor::RatioAtLeast($floor)
                } else {
                    Floor::None
                },
            });
        }
    };
}

/// P1.
pub async fn postgres(report: &mut Report) -> anyhow::Result<()> {
    let (our_place, their_place) = (durable_postgres().await, durable_postgres().await);
    let store = EventStore::open(&our_place.url().parse()?, Arc::new(SystemClock)).await?;
    let framework = Arc::new(peer::postgres(their_place.url(), 32).await?);
    curve!(report, "P1", "PostgreSQL", store, framework, 256, 10.0);
    Ok(())
}

/// P2.
pub async fn sqlite(report: &mut Report) -> anyhow::Result<()> {
    let (our_place, their_place) = (data_dir(), data_dir());
    let store = EventStore::open(&DatabaseUrl::Folder(our_place.path().into()), Arc::new(SystemClock)).await?;
    // One connection: writers that queue for it are faster than writers that contend for SQLite's lock.
    let framework = Arc::new(peer::sqlite(their_place.path(), 1).await?);
    curve!(report, "P2", "SQLite", store, framework, 64, 15.0);
    Ok(())
}

/// P3: the median of one append against the median of one sync, measured alternately.
pub async fn one_writer(report: &mut Report) -> anyhow::Result<()> {
    let stores = data_dir();
    let store = EventStore::open(&DatabaseUrl::Folder(stores.path().into()), Arc::new(SystemClock)).await?;
    let (mut appends, mut syncs) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        for _ in 0..200 {
            let begun = Instant::now();
            append_one(&store).await;
            appends.push(begun.elapsed().as_secs_f64() * 1e6);
        }
        syncs.extend(sync::samples(200)?);
    }
    report.line(Line {
        id: "P3",
        work: "append, one writer, SQLite, against one fdatasync".into(),
        ours: median(appends),
        theirs: Some(median(syncs)),
        unit: "µs",
        floor: Floor::RatioAtMost(1.5),
    });
    Ok(())
}
