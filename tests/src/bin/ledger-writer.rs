//! Appends to a ledger until it is killed, and prints each acknowledged command.
//!
//! `ledger-writer <name> <from>`, with `LEDGER_DATABASE_URL` and `LEDGER_MASTER_KEY`, executes the commands `<name>
//! <n>` for n from `from`, several concurrently, on several calls. It prints `ack <n>` once command n is durable.

use anyhow::{Context, Result};
use domain::Timestamp;
use domain::call::Call;
use domain::call::command::{CallCommand, CreateManually};
use domain::call::value::Direction;
use infra::clock::SystemClock;
use infra::db::DatabaseUrl;
use infra::event_store::{Actor, Metadata};
use infra::ledger::{Ledger, LedgerOptions};
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const MAX_CONCURRENCY: usize = 8;
const COMMANDS_PER_CALL: u64 = 7;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().context("a name")?;
    let from: u64 = arguments.next().context("the number of the first command")?.parse()?;
    let database: DatabaseUrl = std::env::var("LEDGER_DATABASE_URL")?.parse()?;
    let ledger = Ledger::open(LedgerOptions {
        keys: database.clone(),
        database,
        master_key: std::env::var("LEDGER_MASTER_KEY")?
            .parse::<infra::keys::MasterKey>()?
            .into(),
        clock: Arc::new(SystemClock),
    })
    .await?;
    let next = Arc::new(AtomicU64::new(from));
    let writers = (0..MAX_CONCURRENCY).map(|_| tokio::spawn(write(ledger.clone(), name.clone(), next.clone())));
    for writer in writers.collect::<Vec<_>>() {
        writer.await??;
    }
    Ok(())
}

async fn write(ledger: Ledger, name: String, next: Arc<AtomicU64>) -> Result<()> {
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let metadata = Metadata::new("default", Actor::Import, "kill").with_key(format!("{name} {n}"));
        let call = format!("CA-{name}-{}", n / COMMANDS_PER_CALL);
        // Several commands race to create the call; all but the first are refused.
        ledger
            .execute::<Call>(&call, create(&call), metadata.clone())
            .await
            .ok();
        let metadata = Metadata {
            command_key: Some(format!("{name} {n} note")),
            ..metadata
        };
        let note = CallCommand::NoteCorrection {
            at: Timestamp(1),
            note: format!("{n}").into(),
            turn: None,
            by: name.clone(),
        };
        ledger.execute::<Call>(&call, note, metadata).await?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "ack {n}")?;
        out.flush()?;
    }
}

fn create(call: &str) -> CallCommand {
    CreateManually {
        at: Timestamp(1),
        call_sid: call.into(),
        direction: Direction::Inbound,
        from: "+12125550123".into(),
        to: "+15046366772".into(),
        caller_name: None,
        agent: None,
        number: None,
        outcome: None,
        duration_s: None,
        notes: None,
        by: "writer".into(),
    }
    .into()
}
