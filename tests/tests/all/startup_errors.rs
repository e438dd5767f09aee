//! A service that must not start logs the reason, exits with a non-zero code, and writes nothing.

use harness::on_both_engines;
use harness::service::Home;
use harness::test_stores::TestStores;
use infra::event_store::EventStore;
use sandbox::network::{Network, Options};
use std::time::Duration;

on_both_engines!(
    wrong_master_key_is_refused_with_its_reason,
    malformed_master_key_is_refused,
    service_killed_during_its_first_start_starts_again
);

/// The raw rows of the log, and the wrapped data keys.
async fn stored_rows(stores: &TestStores) -> (Vec<infra::event_store::RawEvent>, Vec<String>) {
    let store = EventStore::open_read_only(&stores.url).await.unwrap();
    let keys = infra::db::connect(&stores.url, "keys", infra::db::Durability::Full, 1)
        .await
        .unwrap();
    let sql = "select coalesce(wrapped, '') from data_keys order by aggregate_id";
    let wrapped = infra::on_db!(&keys, c => sqlx::query_scalar(sql).fetch_all(c).await).unwrap();
    (store.read_all(0, 1_000).await.unwrap(), wrapped)
}

/// Starts a service that is expected to fail, and returns its log.
pub async fn refused_start(home: &Home, settings: &[(&str, &str)]) -> String {
    let mut refused = home.spawn(settings);
    let code = refused.exit_code().await;
    assert!(code.is_some_and(|code| code != 0), "{code:?}: {}", refused.log());
    refused.log()
}

async fn wrong_master_key_is_refused_with_its_reason(stores: TestStores) {
    let home = Home::new(stores);
    let service = home.start().await;
    assert_eq!(service.client().post_inbound("CA1").await, 200);
    assert_eq!(service.stop().await, Some(0));
    let before = stored_rows(home.stores()).await;
    let another = "ab".repeat(32);
    let output = refused_start(&home, &[("LEDGER_MASTER_KEY", &another)]).await;
    assert!(output.contains("master key"), "{output}");
    assert!(!output.contains(&another), "no secret is printed");
    assert_eq!(stored_rows(home.stores()).await, before, "nothing is written");
    assert_eq!(home.start().await.client().post_inbound("CA1").await, 200);
    assert_eq!(
        stored_rows(home.stores()).await,
        before,
        "the right key still opens the ledger and reads the call"
    );
}

async fn malformed_master_key_is_refused(stores: TestStores) {
    let home = Home::new(stores);
    let output = refused_start(&home, &[("LEDGER_MASTER_KEY", "hunter2")]).await;
    assert!(
        output.contains("LEDGER_MASTER_KEY") && !output.contains("hunter2"),
        "{output}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn second_process_on_a_sqlite_folder_is_refused_and_the_first_keeps_running() {
    let home = Home::new(TestStores::sqlite().await);
    let first = home.start().await;
    assert_eq!(first.client().post_inbound("CA1").await, 200);
    let before = stored_rows(home.stores()).await;
    let output = refused_start(&home, &[]).await;
    assert!(output.contains("another call-ledger process"), "{output}");
    assert_eq!(stored_rows(home.stores()).await, before, "nothing is written");
    assert_eq!(first.client().post_inbound("CA1").await, 200);
    assert!(first.is_ready().await);
    // A killed process leaves no stale lock.
    first.kill();
    assert_eq!(home.start().await.client().post_inbound("CA1").await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_setting_is_refused_by_name() {
    let home = Home::new(TestStores::sqlite().await);
    let refused = [
        ("PUBLIC_URL", "calls.example"),
        ("LISTEN", "somewhere"),
        ("LEDGER_DATABASE_URL", "mysql://localhost/calls"),
        ("TWILIO_API_KEY", "SK0123"),
    ];
    for (variable, value) in refused {
        let output = refused_start(&home, &[(variable, value)]).await;
        assert!(output.contains(variable), "{variable}: {output}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sandbox_clock_without_a_sandbox_or_on_another_ledger_is_refused() {
    let home = Home::new(TestStores::sqlite().await);
    let output = refused_start(&home, &[("CLOCK", "sandbox")]).await;
    assert!(output.contains("CLOCK is sandbox"), "{output}");
    let with_account = [("CLOCK", "sandbox"), ("TWILIO_ACCOUNT_SID", "AC1")];
    let output = refused_start(&home, &with_account).await;
    assert!(output.contains("CLOCK must not be sandbox"), "{output}");

    assert_eq!(home.start().await.stop().await, Some(0));
    let network = Network::start(Options::new("AC0", "token")).await.expect("a network");
    let settings = [("CLOCK", "sandbox"), ("TWILIO_API_BASE", network.base_url.as_str())];
    let output = refused_start(&home, &settings).await;
    assert!(output.contains("set CLOCK=system"), "{output}");
    network.stop().await;
}

/// At any moment after the first line of the log, also during the start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_during_the_start_ends_the_service_without_an_error() {
    let home = Home::new(TestStores::sqlite().await);
    for _ in 0..6 {
        let service = home.spawn(&[]);
        while !service.log().contains("is starting") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let delay = Duration::from_millis(rand::random_range(0..600));
        tokio::time::sleep(delay).await;
        assert_eq!(service.stop().await, Some(0), "after {delay:?}");
    }
}

async fn service_killed_during_its_first_start_starts_again(stores: TestStores) {
    let home = Home::new(stores);
    // Each start is killed a little later: the first ones while the stores are created.
    for round in 0..8 {
        let service = home.spawn(&[]);
        while !service.log().contains("is starting") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..40) + 25 * round)).await;
        service.kill();
    }
    let service = home.start().await;
    assert_eq!(service.client().post_inbound("CA1").await, 200);
    assert_eq!(service.stop().await, Some(0));
}
