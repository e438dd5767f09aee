//! Projectors apply every event once, whichever process runs them and however often the lease changes hands.

use super::TestEnv;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use projections::projectors;

on_both_engines!(
    executed_command_appears_in_the_rows,
    projector_resumes_at_its_checkpoint,
    fenced_off_projector_writes_nothing,
);

async fn executed_command_appears_in_the_rows(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    let following = env.models.follow();
    env.wait_for_position(env.call("CA1").await).await;
    let call = env.models.call_log().call("default", "CA1").await.unwrap().unwrap();
    assert_eq!((call.status.as_str(), call.duration_s), ("completed", Some(55)));
    assert_eq!((call.grade.as_deref(), call.caller_turns), (Some("good"), 1));
    assert_eq!(env.counted_calls().await, 1);
    let status = env.models.status().await.unwrap();
    assert!(status.iter().all(|model| model.lag == 0 && model.owner.is_some()));
    following.stop().await;
    let status = env.models.status().await.unwrap();
    assert!(
        status.iter().all(|model| model.owner.is_none()),
        "leases were not released"
    );
}

async fn projector_resumes_at_its_checkpoint(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    for n in 0..5 {
        let following = env.models.follow();
        for m in 0..4 {
            env.call(&format!("CA{n}{m}")).await;
        }
        following.stop().await;
    }
    let following = env.models.follow();
    env.wait_for_position(env.ledger.head().await.unwrap()).await;
    assert_eq!(env.counted_calls().await, 20);
    following.stop().await;
}

async fn fenced_off_projector_writes_nothing(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    let following = env.models.follow();
    env.wait_for_position(env.call("CA1").await).await;
    let seize = "update checkpoint set fence = fence + 1, owner = 'other', lease_expires_at = NOW + 60000000
      where name = 'dashboard'";
    let now = match env.db("dashboard").await {
        infra::db::Db::Sqlite(_) => "unixepoch() * 1000000",
        infra::db::Db::Postgres(_) => "cast(extract(epoch from now()) * 1000000 as bigint)",
    };
    env.damage("dashboard", &seize.replace("NOW", now)).await;
    let last = env.call("CA2").await;
    let brief = std::time::Duration::from_millis(700);
    assert!(!env.models.wait("dashboard", last, brief).await);
    assert_eq!(env.counted_calls().await, 1);
    let give_back = "update checkpoint set lease_expires_at = 0 where name = 'dashboard'";
    env.damage("dashboard", give_back).await;
    env.wait_for_position(last).await;
    assert_eq!(env.counted_calls().await, 2);
    following.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_processes_runs_each_projector_and_the_other_takes_over() {
    let stores = TestStores::postgres().await;
    let (one, two) = (TestEnv::open(&stores).await, TestEnv::open(&stores).await);
    let first = one.models.follow();
    one.wait_for_position(one.call("CA0").await).await;
    let second = two.models.follow();
    for n in 1..10 {
        let env = if n % 2 == 0 { &one } else { &two };
        env.call(&format!("CA{n}")).await;
    }
    let head = one.ledger.head().await.unwrap();
    one.wait_for_position(head).await;
    // The process without the leases sees the new position too.
    two.wait_for_position(head).await;
    let owners = owners(&one).await;
    assert!(owners.iter().all(Option::is_some) && owners.windows(2).all(|pair| pair[0] == pair[1]));

    first.stop().await;
    let last = two.call("CA10").await;
    two.wait_for_position(last).await;
    assert_eq!(two.counted_calls().await, 11);
    assert_ne!(self::owners(&two).await, owners);
    second.stop().await;
    let compare = projections::RebuildOptions {
        compare: true,
        switch: false,
    };
    for projector in projectors() {
        let report = one.models.rebuild(projector.name(), compare).await.unwrap();
        assert!(report.difference.unwrap().is_none(), "{}", projector.name());
    }
}

async fn owners(env: &TestEnv) -> Vec<Option<String>> {
    let status = env.models.status().await.unwrap();
    status.into_iter().map(|model| model.owner).collect()
}
