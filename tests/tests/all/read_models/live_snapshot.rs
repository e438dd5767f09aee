//! The snapshot of live calls.

use super::{READ_MODEL_TIMEOUT, TestEnv, said};
use crate::ledger::{WORDS, by_twilio, inbound};
use futures::StreamExt as _;
use harness::statement_counter::StatementCounter;
use harness::test_stores::TestStores;
use infra::clock::SystemClock;
use infra::db::{DatabaseUrl, ReadStores};
use projections::ReadModels;
use std::sync::Arc;

/// As many as the snapshot has at most.
const MANY: usize = 1_000;

/// Reads the snapshot as its endpoint does. Returns the number of calls, and of those with turns.
async fn snapshot(models: &ReadModels) -> (usize, usize) {
    let live = models.live_calls();
    live.position().await.unwrap();
    let (calls, total) = live.list("default").await.unwrap();
    assert_eq!(i64::try_from(calls.len()).unwrap(), total);
    (calls.len(), live.turns_of_all("default").await.unwrap().len())
}

async fn start_call(env: &TestEnv, call: String) {
    env.execute(&call, inbound(&call), by_twilio(&format!("inbound {call}")))
        .await;
    env.execute(&call, said(2, WORDS), by_twilio(&format!("said {call}")))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn snapshot_of_live_calls_takes_as_many_queries_for_a_thousand_calls_as_for_one() {
    let stores = TestStores::postgres().await;
    let DatabaseUrl::Postgres(url) = &stores.url else {
        panic!("stores on PostgreSQL");
    };
    let parsed = url::Url::parse(url).unwrap();
    let target = format!("{}:{}", parsed.host_str().unwrap(), parsed.port().unwrap_or(5432));
    let counter = StatementCounter::to(target).await;
    let env = TestEnv::open(&stores).await;
    // Another process, which only reads.
    let counted = DatabaseUrl::Postgres(counter.proxied_url(url));
    let read_stores = ReadStores::open(&counted).await.unwrap();
    let reader = ReadModels::open(read_stores, env.ledger.clone(), Arc::new(SystemClock))
        .await
        .unwrap();
    let following = env.models.follow();
    let wait_until_followed = async || {
        let head = env.ledger.head().await.unwrap();
        assert!(env.models.wait("live_calls", head, READ_MODEL_TIMEOUT).await);
    };
    start_call(&env, "CA0".to_owned()).await;
    wait_until_followed().await;
    // The first one opens the connection.
    assert_eq!(snapshot(&reader).await, (1, 1));
    let before = counter.executed();
    assert_eq!(snapshot(&reader).await, (1, 1));
    let for_one = counter.executed() - before;
    assert!(for_one > 0, "nothing was counted");

    futures::stream::iter(1..MANY)
        .for_each_concurrent(64, |n| start_call(&env, format!("CA{n}")))
        .await;
    wait_until_followed().await;
    let before = counter.executed();
    assert_eq!(snapshot(&reader).await, (MANY, MANY));
    assert_eq!(counter.executed() - before, for_one);
    following.stop().await;
}
