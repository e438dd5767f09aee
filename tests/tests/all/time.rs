//! Clocks that are wrong: leases of a time that is not yet, and a ledger whose last event is in the future.

use crate::read_models::TestEnv;
use crate::startup_errors::refused_start;
use domain::call::Call;
use harness::on_both_engines;
use harness::service::Home;
use harness::test_stores::TestStores;
use infra::clock::TestClock;
use infra::keys::MasterKey;
use infra::ledger::Ledger;
use std::time::{Duration, Instant};

on_both_engines!(lease_of_a_clock_that_was_set_back_is_taken);

/// The machine's clock was an hour ahead, the process was killed, and the clock was set right: its leases seem to last for
/// another hour.
async fn lease_of_a_clock_that_was_set_back_is_taken(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    let in_an_hour = match env.db("call_log").await {
        infra::db::Db::Sqlite(_) => "unixepoch() * 1000000 + 3600000000",
        infra::db::Db::Postgres(_) => "cast(extract(epoch from now()) * 1000000 as bigint) + 3600000000",
    };
    for projector in projections::projectors() {
        let lease =
            format!("update checkpoint set fence = 7, owner = 'process_killed', lease_expires_at = {in_an_hour}");
        env.damage(projector.name(), &lease).await;
    }
    let following = env.models.follow();
    env.wait_for_position(env.call("CA1").await).await;
    following.stop().await;
}

/// The lock on the data folder proves that the holder of a lease has ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lease_of_a_killed_process_is_taken_at_once_on_sqlite() {
    let stores = TestStores::sqlite().await;
    let env = TestEnv::open(&stores).await;
    let lease = "update checkpoint set owner = 'process_killed', lease_expires_at = unixepoch() * 1000000 + 500000000";
    for projector in projections::projectors() {
        env.damage(projector.name(), lease).await;
    }
    let following = env.models.follow();
    env.wait_for_position(env.call("CA1").await).await;
    following.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clock_behind_the_last_event_is_refused_and_reported_when_accepted() {
    let key = "ab".repeat(32);
    let home = Home::new(TestStores::sqlite().await);
    let settings = [("LEDGER_MASTER_KEY", key.as_str())];
    assert_eq!(home.start_with(&settings).await.stop().await, Some(0));
    // Ten years ahead for a moment.
    let now = infra::clock::Clock::now(&infra::clock::SystemClock);
    let mut options = home.stores().options(TestClock::at(now.plus_seconds(315_360_000)));
    options.master_key = key.parse::<MasterKey>().unwrap().into();
    let ledger = Ledger::open(options).await.unwrap();
    let started = crate::ledger::inbound("CA-future");
    ledger
        .execute::<Call>("CA-future", started, crate::ledger::by_twilio("future"))
        .await
        .unwrap();
    drop(ledger);
    tokio::time::sleep(Duration::from_millis(200)).await;

    let log = refused_start(&home, &settings).await;
    assert!(
        log.contains("behind the last event of the ledger") && log.contains("--accept-clock"),
        "{log}"
    );

    let service = home.start_with_arguments(&["--accept-clock"], &settings).await;
    let client = service.client();
    assert_eq!(client.post_inbound("CA1").await, 200);
    let metrics = client.read("/metrics").await.expect(200).text;
    let behind = metrics
        .lines()
        .find(|line| line.starts_with("ledger_clock_behind_seconds"));
    let behind: f64 = behind
        .and_then(|line| line.split(' ').next_back()?.parse().ok())
        .expect("a gauge");
    assert!(behind > 300_000_000.0, "{behind}");
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let health = client.read("/health").await.json();
        let problems = health["problems"].as_array().cloned().unwrap_or_default();
        if problems.iter().any(|problem| problem["part"] == "clock") {
            break;
        }
        assert!(Instant::now() < deadline, "{health}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
