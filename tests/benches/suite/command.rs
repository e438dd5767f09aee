//! P4: a whole command (load, decide, seal, append), on calls that grow to 100 events.

use super::append::append_one;
use super::measure::{ROUNDS, median, rate};
use super::report::{Floor, Line, Report};
use domain::Timestamp;
use domain::call::Call;
use domain::call::command::{CallCommand, HandleCallerTurn, Origin};
use harness::postgres::durable_postgres;
use harness::scratch::data_dir;
use infra::clock::SystemClock;
use infra::db::DatabaseUrl;
use infra::event_store::{Actor, Metadata};
use infra::keys::MasterKey;
use infra::ledger::{Ledger, LedgerOptions};
use std::sync::Arc;
use std::time::Instant;

const WRITERS: usize = 64;
/// Events per call.
const LENGTH: u64 = 100;

fn turn(n: u64) -> CallCommand {
    HandleCallerTurn {
        at: Timestamp::from_seconds(1_774_620_000 + i64::try_from(n).unwrap_or_default()),
        turn: u32::try_from(n + 1).ok(),
        text: "I would like to move my appointment from Tuesday to Thursday, if that is possible.".into(),
        confidence: Some(0.93),
        started_at: None,
        ended_at: None,
        source: "twilio_gather".into(),
        origin: Origin::default(),
    }
    .into()
}

async fn say(ledger: &Ledger, call: &str, n: u64) {
    let metadata = Metadata::new("default", Actor::Twilio, "0193a5c2-7d7e-7000-8000-000000000000");
    ledger
        .execute::<Call>(call, turn(n), metadata)
        .await
        .expect("the command succeeds");
}

async fn commands(ledger: &Ledger, round: usize) -> f64 {
    let ledger = ledger.clone();
    rate(WRITERS, move |writer, n| {
        let ledger = ledger.clone();
        async move { say(&ledger, &format!("CA{round:x}w{writer:x}c{:x}", n / LENGTH), n % LENGTH).await }
    })
    .await
}

/// P4 on both engines, against the same store's own appends.
pub async fn whole(report: &mut Report) -> anyhow::Result<()> {
    let folder = data_dir();
    let database = durable_postgres().await;
    let places = [
        ("SQLite", DatabaseUrl::Folder(folder.path().into())),
        ("PostgreSQL", database.url().parse()?),
    ];
    for (engine, url) in places {
        let options = LedgerOptions {
            database: url.clone(),
            keys: url,
            master_key: MasterKey::random().into(),
            clock: Arc::new(SystemClock),
        };
        let ledger = Ledger::open(options).await?;
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            ours.push(commands(&ledger, round).await);
            let store = ledger.store().clone();
            bare.push(
                rate(WRITERS, move |_, _| {
                    let store = store.clone();
                    async move { append_one(&store).await }
                })
                .await,
            );
        }
        report.line(Line {
            id: "P4",
            work: format!("whole command, {engine}, {WRITERS} writers, calls of {LENGTH} events, against bare appends"),
            ours: median(ours),
            theirs: Some(median(bare)),
            unit: "commands/s",
            floor: Floor::RatioAtLeast(0.5),
        });
        flat(report, engine, &ledger).await;
    }
    Ok(())
}

/// The 900th command of a call costs what the 100th did.
async fn flat(report: &mut Report, engine: &str, ledger: &Ledger) {
    let mut of_hundred = Vec::new();
    for n in 0..1_000 {
        let begun = Instant::now();
        say(ledger, "CA-long", n).await;
        if n % 100 == 0 {
            of_hundred.push(Vec::new());
        }
        of_hundred
            .last_mut()
            .expect("the command succeeds")
            .push(begun.elapsed().as_secs_f64() * 1e6);
    }
    report.line(Line {
        id: "P4",
        work: format!("one command on a call of 900 events against one of 100, {engine}"),
        ours: median(of_hundred[9].clone()),
        theirs: Some(median(of_hundred[1].clone())),
        unit: "µs",
        floor: Floor::RatioAtMost(1.25),
    });
}
