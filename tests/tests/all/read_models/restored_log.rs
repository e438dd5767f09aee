//! A log that was restored from a backup while the read models were not: rows that do not belong to it are built again.

use super::{READ_MODEL_TIMEOUT, TestEnv};
use harness::on_both_engines;
use harness::service::{Client, Home};
use harness::test_stores::TestStores;
use std::time::{Duration, Instant};

on_both_engines!(
    rows_that_do_not_belong_to_the_log_are_built_again,
    rows_of_an_earlier_version_without_marks_are_kept,
    log_that_is_replaced_while_it_is_followed_is_noticed,
);

/// What a checkpoint looks like when the log is another one than its rows were made from.
const FOREIGN: [&str; 4] = [
    "update checkpoint set position = 9999, marked_position = 9999",
    "update checkpoint set ledger = '00112233445566778899aabbccddeeff'",
    "update checkpoint set marked_hash = 'b54cb90d3d50f41d80d128d54edcad6fa427b6fa242c301a621f7f22a7870707'",
    "update checkpoint set marked_position = 2",
];

async fn wait_until<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    let deadline = Instant::now() + READ_MODEL_TIMEOUT;
    while !is_so().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn filled(stores: &TestStores) -> TestEnv {
    let env = TestEnv::open(stores).await;
    let following = env.models.follow();
    for n in 0..4 {
        env.call(&format!("CA{n:03}")).await;
    }
    env.wait_for_position(env.ledger.head().await.unwrap()).await;
    following.stop().await;
    env
}

async fn rows_that_do_not_belong_to_the_log_are_built_again(stores: TestStores) {
    let env = filled(&stores).await;
    for (n, foreign) in FOREIGN.into_iter().enumerate() {
        let rows = env.rows("call_log").await;
        env.damage("call_log", "delete from calls where call_id = 'CA001'")
            .await;
        env.damage("call_log", foreign).await;
        let following = env.models.follow();
        wait_until(foreign, async || env.rows("call_log").await == rows).await;
        // The model follows the log again.
        env.wait_for_position(env.call(&format!("CA1{n:02}")).await).await;
        let status = env.models.status().await.unwrap();
        assert!(status.iter().all(|model| model.lag == 0), "{status:?}");
        wait_until("nothing fails", async || env.ledger.health().problems().is_empty()).await;
        following.stop().await;
    }
    assert_eq!(env.counted_calls().await, 8);
}

async fn rows_of_an_earlier_version_without_marks_are_kept(stores: TestStores) {
    let env = filled(&stores).await;
    env.damage("call_log", "delete from calls where call_id = 'CA001'")
        .await;
    for column in ["ledger", "marked_position", "marked_hash"] {
        env.damage("call_log", &format!("alter table checkpoint drop column {column}"))
            .await;
    }
    let following = env.models.follow();
    env.wait_for_position(env.call("CA009").await).await;
    let call = env.models.call_log().call("default", "CA001").await.unwrap();
    assert!(call.is_none(), "the model was built again without need");
    following.stop().await;
    let found = infra::subscription::checkpoint::read(&env.db("call_log").await, "call_log")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        found.mark().map(|mark| mark.position),
        Some(found.position),
        "marked from here on"
    );
}

/// The log changes under a follower: it looks again when it renews its lease.
async fn log_that_is_replaced_while_it_is_followed_is_noticed(stores: TestStores) {
    let env = filled(&stores).await;
    let following = env.models.follow();
    env.wait_for_position(env.call("CA009").await).await;
    env.damage("call_log", "delete from calls where call_id = 'CA001'")
        .await;
    // The same as another event at that position, without changing the log.
    let rows = r#"update events set payload = replace(cast(payload as text), '"u1"', '"u2"')"#;
    let disguise = match env.db("call_log").await {
        infra::db::Db::Sqlite(_) => format!("drop trigger events_refuse_update; {rows}"),
        infra::db::Db::Postgres(_) => format!("alter table events disable trigger user; {rows}::json"),
    };
    let log = infra::db::connect(&stores.url, "ledger", infra::db::Durability::Full, 1)
        .await
        .unwrap();
    infra::on_db!(&log, c => sqlx::Executor::execute(c, &*disguise).await.map(|_| ())).unwrap();
    wait_until("the model is built again", async || {
        let call = env.models.call_log().call("default", "CA001").await;
        call.is_ok_and(|call| call.is_some())
    })
    .await;
    following.stop().await;
}

async fn listed(client: &Client) -> i64 {
    let listed = client.read("/api/call-logs?limit=1").await;
    listed.json()["counts"]["all"].as_i64().unwrap_or(-1)
}

/// The whole service: a backup of the log is put back, with the read models as they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_of_an_older_backup_is_served_as_it_is_and_said() {
    let home = Home::new(TestStores::sqlite().await);
    let infra::db::DatabaseUrl::Folder(folder) = &home.stores().url else {
        unreachable!("the stores are SQLite")
    };
    let service = home.start().await;
    service.client().signed_in().await;
    assert_eq!(service.stop().await, Some(0));
    let backup = std::fs::read(folder.join("ledger.db")).unwrap();

    let service = home.start().await;
    let client = service.client().signed_in().await;
    assert_eq!(client.post_inbound("CA1").await, 200);
    wait_until("the call is listed", async || listed(&client).await == 1).await;
    assert_eq!(service.stop().await, Some(0));

    std::fs::write(folder.join("ledger.db"), backup).unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("ledger.db{suffix}")));
    }
    let service = home.start().await;
    let client = service.client().signed_in().await;
    wait_until("the lost call is gone", async || listed(&client).await == 0).await;
    assert!(
        service.log().contains("is beyond the end of the log"),
        "{}",
        service.log()
    );
    assert_eq!(client.post_inbound("CA1").await, 200);
    wait_until("a new call is listed", async || listed(&client).await == 1).await;
    wait_until("healthy", async || {
        client.read("/health").await.json()["status"] == "ok"
    })
    .await;
}
