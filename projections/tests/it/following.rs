//! Following the log: every event once, whoever does it and however often it changes hands.

use crate::support::*;
use domain::call::value::Outcome;
use infra::on_db;
use projections::projectors;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_appended_is_soon_in_the_rows() {
    let env = TestEnv::new().await;
    let following = env.models.follow();
    let position = env.append("CA1", full_call()).await;
    for projector in projectors() {
        assert!(
            env.models.wait(projector.name(), position, SOON).await,
            "{}",
            projector.name()
        );
    }
    let call = env
        .models
        .call_log()
        .call("default", "CA1")
        .await
        .expect("asks")
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
    assert!(
        status.iter().all(|model| model.owner.is_none()),
        "leases are given back"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_for_what_never_comes_ends() {
    let env = TestEnv::new().await;
    assert!(!env.models.wait("call_log", 1, Duration::from_millis(80)).await);
    assert!(!env.models.wait("no_such_model", 0, Duration::from_millis(80)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn following_goes_on_where_it_stopped() {
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
    assert!(env.models.wait("dashboard", last, SOON).await);
    let figures = env
        .models
        .dashboard()
        .all_time("default")
        .await
        .expect("asks")
        .expect("figures");
    assert_eq!((figures.calls, figures.ai_turns), (120, 240));
    following.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_do_the_work_of_one() {
    let env = TestEnv::new().await;
    let other = env.reopened_with(projectors()).await;
    let (one, two) = (env.models.follow(), other.follow());
    let mut last = 0;
    for n in 0..50 {
        last = env.append(&format!("CA{n}"), full_call()).await;
    }
    assert!(env.models.wait("dashboard", last, SOON).await);
    assert!(
        other.wait("dashboard", last, SOON).await,
        "the other process hears of it too"
    );
    one.stop().await;
    last = env.append("CA50", full_call()).await;
    assert!(
        other.wait("dashboard", last, SOON).await,
        "the other process takes over"
    );
    let figures = other
        .dashboard()
        .all_time("default")
        .await
        .expect("asks")
        .expect("figures");
    assert_eq!(figures.calls, 51);
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_fenced_off_writes_nothing_any_more() {
    let env = TestEnv::new().await;
    let following = env.models.follow();
    let first = env.append("CA1", vec![started(0, true)]).await;
    assert!(env.models.wait("dashboard", first, SOON).await);
    let db = env.db("dashboard").await;
    // Somebody else takes the lease for a while.
    let seize =
        "update checkpoint set fence = fence + 1, owner = 'other', lease_expires_at = $1 where name = 'dashboard'";
    let far = i64::MAX;
    on_db!(&db, c => sqlx::query(seize).bind(far).execute(c).await.map(|_| ())).expect("seizes");
    let second = env
        .append("CA1", vec![ended(60, true, Outcome::Completed, Some(50))])
        .await;
    assert!(!env.models.wait("dashboard", second, Duration::from_millis(700)).await);
    let give_back = "update checkpoint set lease_expires_at = 0 where name = 'dashboard'";
    on_db!(&db, c => sqlx::query(give_back).execute(c).await.map(|_| ())).expect("gives back");
    assert!(env.models.wait("dashboard", second, SOON).await);
    let figures = env
        .models
        .dashboard()
        .all_time("default")
        .await
        .expect("asks")
        .expect("figures");
    assert_eq!((figures.calls, figures.completed), (1, 1));
    following.stop().await;
}
