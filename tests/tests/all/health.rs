//! Readiness and health go by what really happened: a disk that takes no more, a damaged read model, a damaged log.

use harness::service::{Client, Home};
use harness::test_stores::TestStores;
use infra::db::{DatabaseUrl, Durability};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn folder_of(home: &Home) -> PathBuf {
    match &home.stores().url {
        DatabaseUrl::Folder(folder) => folder.clone(),
        DatabaseUrl::Postgres(_) => unreachable!("the stores are SQLite"),
    }
}

fn problem<'a>(health: &'a Value, part: &str) -> &'a Value {
    let problems = health["problems"].as_array().expect("problems");
    problems
        .iter()
        .find(|problem| problem["part"] == part)
        .unwrap_or(&Value::Null)
}

async fn listed(client: &Client) -> i64 {
    let listed = client.read("/api/call-logs?limit=1").await;
    listed.json()["counts"]["all"].as_i64().unwrap_or(-1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disk_that_takes_no_more_is_not_ready_until_it_takes_more() {
    let home = Home::new(TestStores::sqlite().await);
    let service = home.start().await;
    service.client().signed_in().await;
    assert_eq!(service.stop().await, Some(0));
    let service = home.start_with_file_limit(600_000, &[]).await;
    let client = service.client();
    let mut answers = Vec::new();
    while !answers.ends_with(&[503, 503, 503]) {
        assert!(answers.len() < 2_000, "no write failed");
        answers.push(client.post_inbound(&format!("CA{}", answers.len())).await);
    }
    let ready = client.read("/health/ready").await;
    assert_eq!(ready.status, 503);
    assert!(
        ready.text.contains("append: ") && ready.text.contains("(SQLite "),
        "{}",
        ready.text
    );
    let health = client.read("/health").await.expect(503).json();
    let append = problem(&health, "append");
    assert_eq!(append["blocks_readiness"], true, "{health}");
    assert!(append["failures"].as_i64().expect("a number") >= 3, "{health}");
    let cause = append["cause"].as_str().expect("a cause");
    assert!(service.log().contains(cause), "the log names the cause: {cause}");
    let lines = service
        .log()
        .lines()
        .filter(|line| line.contains(r#""part":"append""#))
        .count();
    assert!(lines <= 3, "{lines} lines about the same failure:\n{}", service.log());

    let lifted = std::process::Command::new("prlimit")
        .args(["--pid", &service.pid().to_string(), "--fsize=unlimited"])
        .status()
        .unwrap();
    assert!(lifted.success());
    service.until("ready again", || service.is_ready()).await;
    assert_eq!(client.post_inbound("CA-after").await, 200);
    service
        .until("healthy again", async || {
            client.read("/health").await.json()["status"] == "ok"
        })
        .await;
}

/// Moves the write-ahead log of a read model's file into the file.
async fn checkpoint(file: &Path) {
    let folder = DatabaseUrl::Folder(file.parent().unwrap().to_owned());
    let name = file.file_stem().unwrap().to_str().unwrap();
    let db = infra::db::connect(&folder, name, Durability::Relaxed, 1).await.unwrap();
    db.checkpoint().await.unwrap();
    db.close().await;
}

/// Overwrites a part of a file. `None`: nothing in it was overwritten.
fn smash(file: &Path, which: impl Fn(usize, &[u8]) -> bool) -> usize {
    const PAGE: usize = 4_096;
    let mut bytes = std::fs::read(file).unwrap();
    let mut smashed = 0;
    for (n, page) in bytes.chunks_mut(PAGE).enumerate() {
        if which(n, page) {
            page.fill(0xA5);
            smashed += 1;
        }
    }
    std::fs::write(file, bytes).unwrap();
    smashed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_read_model_is_named_and_built_again() {
    let home = Home::new(TestStores::sqlite().await);
    let file = folder_of(&home).join("read_models/call_log.0.db");
    let service = home.start().await;
    let client = service.client().signed_in().await;
    assert_eq!(client.post_inbound("CA1").await, 200);
    service
        .until("the call is listed", async || listed(&client).await == 1)
        .await;
    assert_eq!(service.stop().await, Some(0));
    // The whole file, then all pages but the first, in the file that replaced it.
    for first in [0, 1] {
        let current = std::fs::read_dir(file.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                let name = path.file_name().unwrap().to_str().unwrap();
                name.starts_with("call_log.") && path.extension().is_some_and(|extension| extension == "db")
            })
            // The latest generation: an earlier one may not have been removed yet.
            .max()
            .unwrap();
        checkpoint(&current).await;
        assert!(smash(&current, |n, _| n >= first) > 0);
        let service = home.start().await;
        let client = service.client().signed_in().await;
        let call = format!("CA-{first}");
        assert_eq!(client.post_inbound(&call).await, 200);
        let calls = i64::from(u8::try_from(first).unwrap()) + 2;
        service
            .until("all calls are listed", async || listed(&client).await == calls)
            .await;
        assert!(service.log().contains("damaged"), "{}", service.log());
        service
            .until("healthy again", async || {
                client.read("/health").await.json()["status"] == "ok"
            })
            .await;
        assert_eq!(service.stop().await, Some(0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_page_of_the_log_is_not_ready_once_it_is_met() {
    let home = Home::new(TestStores::sqlite().await);
    let service = home.start().await;
    let client = service.client().signed_in().await;
    for n in 0..400 {
        assert_eq!(client.post_inbound(&format!("CA{n:04}")).await, 200);
    }
    assert_eq!(service.stop().await, Some(0));
    let call = b"CA0100";
    let holds = |page: &[u8], text: &[u8]| page.windows(text.len()).any(|window| window == text);
    let smashed = smash(&folder_of(&home).join("ledger.db"), |n, page| {
        n > 0 && holds(page, call) && holds(page, br#""tenant""#)
    });
    assert!(smashed > 0);
    let service = home.start().await;
    let client = service.client();
    let status = [
        ("CallSid", "CA0100"),
        ("CallStatus", "completed"),
        ("CallDuration", "7"),
    ];
    let answer = client.webhook("/twilio/inbound-status", &status).await.unwrap();
    assert!(answer.status >= 500, "{}", answer.status);
    let ready = client.read("/health/ready").await;
    assert_eq!(ready.status, 503, "{}", ready.text);
    assert!(ready.text.contains("the file is damaged (SQLite 11)"), "{}", ready.text);
    let health = client.read("/health").await.expect(503).json();
    assert_eq!(problem(&health, "log")["blocks_readiness"], true, "{health}");
    assert!(
        service.log().contains("the file is damaged (SQLite 11)"),
        "{}",
        service.log()
    );
    // Other calls are recorded.
    assert_eq!(client.post_inbound("CA-new").await, 200);
}
