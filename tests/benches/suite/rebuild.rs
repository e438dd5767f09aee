//! P6: a rebuild of `call_log` from a million events, against cqrs-es's `QueryReplay` with a `GenericQuery`.

use super::measure::{ROUNDS, median};
use super::report::{Floor, Line, Report};
use super::{seed, traffic};
use cqrs_es::persist::{GenericQuery, PersistedEventRepository, QueryReplay, SerializedEvent};
use cqrs_es::{DomainEvent, EventEnvelope, View};
use domain::call::{Call, CallEvent};
use harness::scratch::data_dir;
use infra::clock::SystemClock;
use infra::db::ReadStores;
use infra::ledger::Ledger;
use projections::{ReadModels, RebuildOptions};
use serde::{Deserialize, Serialize};
use sqlite_es::{SqliteEventRepository, SqliteViewRepository, default_sqlite_pool};
use sqlx::SqlitePool;
use std::sync::Arc;
use std::time::Instant;

const EVENTS: u64 = 1_000_000;
/// The peer's events: it folds each event separately, so its rate does not depend on their number.
const PEER_EVENTS: usize = 20_000;

/// P6.
pub async fn call_log(report: &mut Report) -> anyhow::Result<()> {
    let seeded = seed::ledger(seed::size("BENCH_EVENTS", EVENTS), None).await?;
    let head = seeded.ledger.head().await?;
    report.note(format!(
        "P6: {head} events of {} calls, SQLite; ours from the first event read to the switch, with no key in memory; \
         the peer on the first {PEER_EVENTS} of them, unsealed, in its own default settings, one slim row a call",
        seeded.calls
    ));
    let read_stores = ReadStores::open(&seeded.stores.url).await?;
    let peer_folder = data_dir();
    let pool = default_sqlite_pool(&format!("sqlite://{}", peer_folder.path().join("peer.db").display())).await;
    fill_peer(&pool).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(rebuild(&seeded, &read_stores, head).await?);
        theirs.push(replay(&pool).await?);
    }
    pool.close().await;
    read_stores.close().await;
    for (theirs, floor) in [
        (Some(median(theirs)), Floor::RatioAtLeast(50.0)),
        (None, Floor::AtLeast(150_000.0)),
    ] {
        report.line(Line {
            id: "P6",
            work: format!("rebuild of call_log from {head} events, SQLite"),
            ours: median(ours.clone()),
            theirs,
            unit: "events/s",
            floor,
        });
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a rate is an estimate")]
async fn rebuild(seeded: &seed::Seeded, read_stores: &ReadStores, head: i64) -> anyhow::Result<f64> {
    let clock = Arc::new(SystemClock);
    // A newly opened ledger, as after a restart: no key and no event is in memory.
    let ledger = Ledger::open_read_only(seeded.stores.options(clock.clone())).await?;
    let models = ReadModels::open(read_stores.clone(), ledger, clock).await?;
    let options = RebuildOptions {
        compare: false,
        switch: true,
    };
    let begun = Instant::now();
    let done = models.rebuild("call_log", options).await?;
    let elapsed = begun.elapsed().as_secs_f64();
    anyhow::ensure!(done.position == head, "{} of {head} events were rebuilt", done.position);
    eprintln!(
        "   loaded in {:.2} s, indexed and switched in {:.2} s",
        done.load_seconds,
        elapsed - done.load_seconds
    );
    read_stores.sweep("call_log").await?;
    Ok(head as f64 / elapsed)
}

/// The peer's row of a call: its state without the spoken words. Less than `call_log` stores.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct PeerRow {
    state: Call,
}

impl View<Call> for PeerRow {
    fn update(&mut self, event: &EventEnvelope<Call>) {
        self.state.apply(&event.payload);
    }
}

const PEER_SCHEMA: &str = "
create table events (
  aggregate_type text not null, aggregate_id text not null, sequence integer check (sequence >= 0) not null,
  event_type text not null, event_version text not null, payload text not null, metadata text not null,
  primary key (aggregate_type, aggregate_id, sequence)) strict;
create table call_view (
  view_id text not null, version integer check (version >= 0) not null, payload text not null,
  primary key (view_id)) strict";

async fn fill_peer(pool: &SqlitePool) -> anyhow::Result<()> {
    sqlx::raw_sql(PEER_SCHEMA).execute(pool).await?;
    let mut all = Vec::with_capacity(PEER_EVENTS);
    for n in 0.. {
        for (event, sequence) in traffic::whole(n).into_iter().zip(1..) {
            all.push(serialized(traffic::call_id(n), sequence, &event)?);
        }
        if all.len() >= PEER_EVENTS {
            break;
        }
    }
    all.truncate(PEER_EVENTS);
    SqliteEventRepository::new(pool.clone())
        .persist::<Call>(&all, None)
        .await?;
    Ok(())
}

fn serialized(id: String, sequence: usize, event: &CallEvent) -> anyhow::Result<SerializedEvent> {
    Ok(SerializedEvent::new(
        id,
        sequence,
        "call".to_owned(),
        event.event_type(),
        event.event_version(),
        serde_json::to_value(event)?,
        serde_json::to_value(super::peer::metadata())?,
    ))
}

#[expect(clippy::cast_precision_loss, reason = "a rate is an estimate")]
async fn replay(pool: &SqlitePool) -> anyhow::Result<f64> {
    sqlx::query("delete from call_view").execute(pool).await?;
    let read_stores = Arc::new(SqliteViewRepository::<PeerRow, Call>::new("call_view", pool.clone()));
    let mut query = GenericQuery::<_, PeerRow, Call>::new(read_stores);
    query.use_error_handler(Box::new(|error| panic!("{error}")));
    let mut replay: QueryReplay<_, _, Call> = QueryReplay::new(SqliteEventRepository::new(pool.clone()), query);
    replay.use_error_handler(Box::new(|error| panic!("{error}")));
    let begun = Instant::now();
    replay.replay_all().await?;
    let elapsed = begun.elapsed().as_secs_f64();
    let (rows, events): (i64, i64) = sqlx::query_as("select count(*), cast(sum(version) as integer) from call_view")
        .fetch_one(pool)
        .await?;
    anyhow::ensure!(
        usize::try_from(events) == Ok(PEER_EVENTS),
        "the peer folded {events} events into {rows} rows"
    );
    Ok(PEER_EVENTS as f64 / elapsed)
}
