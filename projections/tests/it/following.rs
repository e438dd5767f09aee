//! Following the log: every event is applied once, whichever process holds the lease and however often that changes.

use crate::support::*;
use domain::call::value::{Grade, Outcome};
use infra::on_db;
use projections::{RebuildOptions, projectors};
use std::collections::HashSet;
use std::time::Duration;

const WAIT_TIMEOUT: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appended_events_are_applied_to_every_model() {
    let env = TestEnv::new().await;
    let following = env.models.follow();
    let position = env.append("CA1", full_call()).await;
    for projector in projectors() {
        assert!(
            env.models.wait(projector.name(), position, WAIT_TIMEOUT).await,
            "{}",
            projector.name()
        );
    }
    let call = env
        .models
        .call_log()
        .call("default", "CA1")
        .await
        .expect("query")
        .expect("a call");
    assert_eq!((call.status.as_str(), call.duration_s), ("completed", Some(60)));
    let status = env.models.status().await.expect("status");
    assert!(
        status
            .iter()
            .all(|model| model.lag == 0 && model.owner.is_some() && model.dead_letters == 0)
    );
    following.stop().await;
    let status = env.models.status().await.expect("status");
    assert!(status.iter().all(|model| model.owner.is_none()), "leases are released");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wait_for_an_unreached_position_times_out() {
    let env = TestEnv::new().await;
    assert!(!env.models.wait("call_log", 1, Duration::from_millis(80)).await);
    assert!(!env.models.wait("no_such_model", 0, Duration::from_millis(80)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarted_follower_continues_at_its_checkpoint() {
    let env = TestEnv::new().await;
    let mut last = 0;
    for n in 0..6 {
        let following = env.models.follow();
        for m in 0..20 {
            last = env.append(&format!("CA{n}-{m}"), full_call()).await;
        }
        following.stop().await;
    }
    let following = env.models.follow();
    assert!(env.models.wait("dashboard", last, WAIT_TIMEOUT).await);
    let figures = env
        .models
        .dashboard()
        .all_time("default")
        .await
        .expect("query")
        .expect("figures");
    assert_eq!((figures.calls, figures.ai_turns), (120, 240));
    following.stop().await;
}

/// After a restart nothing is in memory, and the past of every stream with a new event is read again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_many_calls_after_a_restart_are_applied_in_batches() {
    const CALLS: usize = 300;
    let env = TestEnv::new().await;
    let following = env.models.follow();
    let mut last = 0;
    for n in 0..CALLS {
        last = env.append(&format!("CA{n}"), vec![started(0, Provider)]).await;
    }
    assert!(env.models.wait("call_log", last, WAIT_TIMEOUT).await);
    following.stop().await;
    let before = last;
    for n in 0..2 * CALLS {
        let events = vec![graded(Grade::Good)];
        last = env.append(&format!("CA{}", n * 7919 % CALLS), events).await;
    }

    let projectors = projectors();
    let call_log = projectors.iter().find(|projector| projector.name() == "call_log");
    let mut handler = call_log.expect("the model").handler(&env.ledger);
    let events = env.ledger.read_all(before, 2 * CALLS).await.expect("events");
    let mut rest = events.as_slice();
    let mut restored = Vec::new();
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(handler.next_batch(rest));
        let calls: HashSet<_> = batch.iter().map(|event| &event.stream.aggregate_id).collect();
        restored.push(calls.len());
        let mut tx = env.db("call_log").await.begin().await.expect("a transaction");
        handler.handle(&mut tx, batch).await.expect("applies");
        tx.rollback().await.expect("rolls back");
        rest = later;
    }
    assert_eq!(restored[0], 256);
    assert_eq!(restored.len(), 2, "{restored:?}");

    let following = env.models.follow();
    assert!(env.models.wait("call_log", last, WAIT_TIMEOUT).await);
    let options = RebuildOptions {
        compare: true,
        switch: false,
    };
    let report = env.models.rebuild("call_log", options).await.expect("rebuilds");
    assert!(report.difference.expect("compared").is_none());
    following.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_apply_every_event_once() {
    let env = TestEnv::new().await;
    let other = env.reopened_with(projectors()).await;
    let (one, two) = (env.models.follow(), other.follow());
    let mut last = 0;
    for n in 0..50 {
        last = env.append(&format!("CA{n}"), full_call()).await;
    }
    assert!(env.models.wait("dashboard", last, WAIT_TIMEOUT).await);
    assert!(
        other.wait("dashboard", last, WAIT_TIMEOUT).await,
        "the other process sees the position too"
    );
    one.stop().await;
    last = env.append("CA50", full_call()).await;
    assert!(
        other.wait("dashboard", last, WAIT_TIMEOUT).await,
        "the other process takes over"
    );
    let figures = other
        .dashboard()
        .all_time("default")
        .await
        .expect("query")
        .expect("figures");
    assert_eq!(figures.calls, 51);
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fenced_off_follower_writes_nothing() {
    let env = TestEnv::new().await;
    let following = env.models.follow();
    let first = env.append("CA1", vec![started(0, Provider)]).await;
    assert!(env.models.wait("dashboard", first, WAIT_TIMEOUT).await);
    let db = env.db("dashboard").await;
    // Another process seizes the lease.
    let seize = "update checkpoint
         set fence = fence + 1, owner = 'other', lease_expires_at = (unixepoch() + 60) * 1000000
       where name = 'dashboard'";
    on_db!(&db, c => sqlx::query(seize).execute(c).await.map(|_| ())).expect("seizes");
    let second = env
        .append("CA1", vec![ended(60, Provider, Outcome::Completed, Some(50))])
        .await;
    assert!(!env.models.wait("dashboard", second, Duration::from_millis(700)).await);
    let release = "update checkpoint set lease_expires_at = 0 where name = 'dashboard'";
    on_db!(&db, c => sqlx::query(release).execute(c).await.map(|_| ())).expect("releases");
    assert!(env.models.wait("dashboard", second, WAIT_TIMEOUT).await);
    let figures = env
        .models
        .dashboard()
        .all_time("default")
        .await
        .expect("query")
        .expect("figures");
    assert_eq!((figures.calls, figures.completed), (1, 1));
    following.stop().await;
}
