//! A writer is killed repeatedly while it appends: no acknowledged event is lost, and none is duplicated.

use domain::call::CallEvent;
use harness::binaries::profile_dir;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::event_store::Event;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

on_both_engines!(kills_neither_lose_nor_duplicate_acknowledged_commands);

const KILLS: u64 = 12;

fn url(stores: &TestStores) -> String {
    match &stores.url {
        infra::db::DatabaseUrl::Folder(folder) => format!("sqlite:{}", folder.display()),
        infra::db::DatabaseUrl::Postgres(url) => url.clone(),
    }
}

fn writer(stores: &TestStores, key: &str, name: &str, from: u64) -> Child {
    Command::new(profile_dir().expect("a target directory").join("ledger-writer"))
        .args([name, &from.to_string()])
        .env("LEDGER_DATABASE_URL", url(stores))
        .env("LEDGER_MASTER_KEY", key)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer is built with the tests")
}

/// Kills the writer some time after its first acknowledgment, and returns its acknowledged commands.
fn kill(mut child: Child, after: Duration) -> Vec<u64> {
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut acknowledged: Vec<String> = lines.next().map(|line| line.expect("a line")).into_iter().collect();
    std::thread::sleep(after);
    child.kill().expect("killed");
    child.wait().expect("ended");
    // A line that the kill truncated is not an acknowledgment.
    acknowledged.extend(lines.map_while(Result::ok));
    acknowledged
        .iter()
        .filter_map(|line| line.strip_prefix("ack ")?.parse().ok())
        .collect()
}

async fn kills_neither_lose_nor_duplicate_acknowledged_commands(mut stores: TestStores) {
    let key = "5a".repeat(32);
    stores.master_key = key.parse().unwrap();
    // On PostgreSQL a second process writes concurrently and is killed too.
    let names: &[&str] = if matches!(stores.url, infra::db::DatabaseUrl::Postgres(_)) {
        &["a", "b"]
    } else {
        &["a"]
    };
    let mut acknowledged: Vec<(String, u64)> = Vec::new();
    // On a busy machine a round writes little.
    let mut rounds = 0..20 * KILLS;
    while let Some(round) = rounds
        .next()
        .filter(|round| *round < KILLS || acknowledged.len() <= 100)
    {
        let children: Vec<_> = names
            .iter()
            .map(|name| (*name, writer(&stores, &key, name, round * 10_000)))
            .collect();
        for (name, child) in children {
            let pause = Duration::from_millis(20 + (round * 37) % 120);
            let acks = tokio::task::spawn_blocking(move || kill(child, pause)).await.unwrap();
            assert!(!acks.is_empty(), "the writer acknowledged nothing in round {round}");
            acknowledged.extend(acks.into_iter().map(|n| (name.to_owned(), n)));
        }
    }

    let ledger = stores.ledger().await;
    let mut notes: BTreeMap<(String, u64), usize> = BTreeMap::new();
    let mut position = 0;
    loop {
        let events = ledger.read_all(position, 1_000).await.expect("a dense log");
        let Some(last) = events.last() else { break };
        position = last.position;
        for event in &events {
            if let Event::Call(CallEvent::CorrectionNoted { note, by, .. }) = &event.event {
                let n = note.text().expect("opens").parse().expect("a number");
                *notes.entry((by.clone(), n)).or_default() += 1;
            }
        }
    }
    for ack in &acknowledged {
        assert!(notes.contains_key(ack), "{ack:?} was acknowledged and is lost");
    }
    assert!(notes.values().all(|&times| times == 1), "a command was executed twice");
    assert!(
        acknowledged.len() > 100,
        "too few commands were written: {}",
        acknowledged.len()
    );
}
