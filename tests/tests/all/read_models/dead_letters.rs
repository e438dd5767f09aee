//! An event of an unknown future type: the projector parks its stream as dead letters, other streams continue, and a
//! rebuild that would park more than that stops.

use super::{TestEnv, ended, graded};
use crate::ledger::{by_twilio, by_user, inbound};
use domain::call::Call;
use harness::future_event::append_future_event;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::ledger::LedgerError;
use infra::on_db;
use projections::{RebuildError, RebuildOptions};

on_both_engines!(
    future_event_parks_its_call_and_others_continue,
    parked_call_stays_parked_after_a_restart,
    rebuild_that_would_park_more_stops_without_changing_rows,
    command_on_a_call_with_a_future_event_is_refused,
);

async fn dead_letters(env: &TestEnv, model: &'static str) -> Vec<(i64, String, String)> {
    let db = env.db(model).await;
    let text = "select position, aggregate_id, event_type from dead_letters order by position";
    on_db!(&db, c => sqlx::query_as(text).fetch_all(c).await).unwrap()
}

/// A call with a future event, and another one without. Returns the position of the future event.
async fn append_parked_call(env: &TestEnv) -> i64 {
    env.execute("CA1", inbound("CA1"), by_twilio("1")).await;
    let future = append_future_event(&env.ledger, "CA1").await;
    env.wait_for_position(env.call("CA2").await).await;
    future
}

async fn status_of(env: &TestEnv, call: &str) -> String {
    let row = env.models.call_log().call("default", call).await.unwrap();
    row.unwrap().status
}

async fn future_event_parks_its_call_and_others_continue(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    let following = env.models.follow();
    let future = append_parked_call(&env).await;
    assert_eq!(
        status_of(&env, "CA1").await,
        "in_progress",
        "a parked call does not change"
    );
    assert_eq!(status_of(&env, "CA2").await, "completed");
    let letter = (future, "CA1".to_owned(), "CallTeleported".to_owned());
    assert_eq!(dead_letters(&env, "call_log").await, [letter]);
    assert!(
        dead_letters(&env, "agents").await.is_empty(),
        "the model reads no calls"
    );
    let status = env.models.status().await.unwrap();
    let call_log = status.iter().find(|status| status.model == "call_log").unwrap();
    assert_eq!(
        (call_log.dead_letters, call_log.parked_streams, call_log.lag),
        (1, 1, 0)
    );
    following.stop().await;
}

async fn parked_call_stays_parked_after_a_restart(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    let following = env.models.follow();
    let future = append_parked_call(&env).await;
    following.stop().await;
    let following = env.models.follow();
    let later = append_future_event(&env.ledger, "CA1").await;
    env.wait_for_position(env.call("CA3").await).await;
    let letters: Vec<_> = dead_letters(&env, "call_log")
        .await
        .into_iter()
        .map(|letter| letter.0)
        .collect();
    assert_eq!(letters, [future, later]);
    assert_eq!(status_of(&env, "CA1").await, "in_progress");
    following.stop().await;
}

async fn rebuild_that_would_park_more_stops_without_changing_rows(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    let following = env.models.follow();
    let future = append_parked_call(&env).await;
    following.stop().await;
    env.damage("call_log", "delete from dead_letters").await;
    let before = env.rows("call_log").await;
    let switch = RebuildOptions {
        compare: false,
        switch: true,
    };
    match env.models.rebuild("call_log", switch).await {
        Err(RebuildError::MoreDeadLetters { first, parked, allowed }) => {
            assert_eq!((first.position, parked, allowed), (future, 1, 0));
        }
        other => panic!("not refused: {other:?}"),
    }
    assert_eq!(env.rows("call_log").await, before);
    let another = env.models.rebuild("agents", switch).await.unwrap();
    assert!(another.switched, "a model that reads no calls can be rebuilt");
}

async fn command_on_a_call_with_a_future_event_is_refused(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    env.execute("CA1", inbound("CA1"), by_twilio("1")).await;
    append_future_event(&env.ledger, "CA1").await;
    let head = env.ledger.head().await.unwrap();
    for (command, metadata) in [(ended("CA1"), by_twilio("2")), (graded(), by_user())] {
        let refused = env.ledger.execute::<Call>("CA1", command, metadata).await;
        assert!(matches!(refused, Err(LedgerError::Store(_))), "{refused:?}");
    }
    assert_eq!(env.ledger.head().await.unwrap(), head);
}
