//! Following the log: every event is applied once, whichever process holds the lease and however often that changes.

use crate::support::*;
use domain::call::value::Outcome;
use infra::on_db;
use projections::projectors;
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
    let seize =
        "update checkpoint set fence = fence + 1, owner = 'other', lease_expires_at = $1 where name = 'dashboard'";
    let never = i64::MAX;
    on_db!(&db, c => sqlx::query(seize).bind(never).execute(c).await.map(|_| ())).expect("seizes");
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
