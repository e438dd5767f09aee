//! A process that is paused, or whose host has vanished, holds nothing on PostgreSQL for longer than seconds.

use harness::service::Home;
use harness::test_stores::TestStores;
use infra::db::{Db, Durability, connect};
use std::time::{Duration, Instant};

/// Lease, time-out of an idle transaction, and some for a busy machine.
const TAKEOVER_TIMEOUT: Duration = Duration::from_mins(1);

/// Every connection that the product opens goes through the same function.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connection_has_time_limits_on_the_server() {
    let stores = TestStores::postgres().await;
    for durability in [Durability::Full, Durability::Relaxed] {
        let Db::Postgres(pool) = connect(&stores.url, "ledger", durability, 1).await.unwrap() else {
            unreachable!("the stores are PostgreSQL")
        };
        for (setting, expected) in [
            ("idle_in_transaction_session_timeout", "10s"),
            ("lock_timeout", "5s"),
            ("tcp_keepalives_idle", "10"),
            ("tcp_keepalives_interval", "5"),
            ("tcp_keepalives_count", "3"),
            ("tcp_user_timeout", "20000"),
        ] {
            let value: String = sqlx::query_scalar("select current_setting($1)")
                .bind(setting)
                .fetch_one(&pool)
                .await
                .unwrap();
            assert_eq!(value, expected, "{setting}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transaction_of_a_paused_client_is_ended_and_its_lock_is_free() {
    let stores = TestStores::postgres().await;
    let db = || connect(&stores.url, "ledger", Durability::Full, 1);
    let (Db::Postgres(paused), Db::Postgres(other)) = (db().await.unwrap(), db().await.unwrap()) else {
        unreachable!("the stores are PostgreSQL")
    };
    let mut held = paused.begin().await.unwrap();
    sqlx::query("create table held (id int)")
        .execute(&mut *held)
        .await
        .unwrap();
    sqlx::query("select pg_advisory_xact_lock(1)")
        .execute(&mut *held)
        .await
        .unwrap();
    let wait = || sqlx::query("select pg_advisory_xact_lock(1)").execute(&other);
    let refused = wait().await.expect_err("the lock is held");
    assert!(infra::db::is_unavailable(&refused), "a retry may succeed: {refused}");
    let deadline = Instant::now() + Duration::from_secs(20);
    while wait().await.is_err() {
        assert!(Instant::now() < deadline, "the lock is still held");
    }
    let ended = sqlx::query("select 1")
        .execute(&mut *held)
        .await
        .expect_err("the transaction was ended");
    assert!(infra::db::is_unavailable(&ended), "{ended}");
}

/// The process that follows the log for every model is paused in the middle of its work, several times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_process_takes_over_from_a_paused_one() {
    let home = Home::new(TestStores::postgres().await);
    let (paused, other) = (home.start().await, home.start().await);
    let (first, client) = (paused.client(), other.client().signed_in().await);
    let writer = tokio::spawn(async move {
        for n in 0.. {
            if first.post_inbound(&format!("CA-first-{n}")).await != 200 {
                return;
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    harness::postgres::signal("STOP", paused.pid());
    writer.abort();
    assert_eq!(client.post_inbound("CA-other").await, 200);
    let deadline = Instant::now() + TAKEOVER_TIMEOUT;
    loop {
        let models = client.read("/api/projections").await.expect(200).json();
        let models = models.as_array().unwrap().clone();
        if models.iter().all(|model| model["lag"] == 0) {
            break;
        }
        assert!(Instant::now() < deadline, "{models:?}\n{}", other.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // It finds that others have gone on, and takes part again.
    harness::postgres::signal("CONT", paused.pid());
    let deadline = Instant::now() + TAKEOVER_TIMEOUT;
    while paused.client().post_inbound("CA-again").await != 200 || !paused.is_ready().await {
        assert!(Instant::now() < deadline, "{}", paused.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
