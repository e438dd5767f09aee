//! A rebuild writes the same rows to a new namespace, reports the differences and switches without an interruption of
//! queries.

use crate::support::*;
use domain::call::value::{Grade, Outcome};
use infra::consumer::{ConsumeError, Handler};
use infra::db::Engine;
use infra::event_store::Recorded;
use infra::ledger::Ledger;
use infra::on_db;
use projections::engine::{Past, Schema, WriteSet};
use projections::projector::{Loader, Projector};
use projections::rows::{Found, Missing, Table};
use projections::{RebuildError, RebuildOptions, Stage, projectors};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const WAIT_TIMEOUT: Duration = Duration::from_secs(20);
const DRY_RUN: RebuildOptions = RebuildOptions {
    compare: true,
    switch: false,
};
const SWITCH: RebuildOptions = RebuildOptions {
    compare: true,
    switch: true,
};

async fn filled(calls: usize) -> TestEnv {
    let env = TestEnv::new().await;
    let mut last = 0;
    for n in 0..calls {
        let mut events = full_call();
        events.rotate_left(n % 7);
        if n % 11 == 0 {
            events.push(erased());
        }
        last = env.append(&format!("CA{n:04}"), events).await;
    }
    let following = env.models.follow();
    for projector in projectors() {
        assert!(env.models.wait(projector.name(), last, WAIT_TIMEOUT).await);
    }
    following.stop().await;
    env
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rebuild_of_an_intact_model_changes_nothing() {
    let env = filled(60).await;
    for projector in projectors() {
        let model = projector.name();
        let before = env.rows(model).await;
        let report = env.models.rebuild(model, SWITCH).await.expect("rebuilds");
        let difference = report.difference.expect("compared");
        assert!(difference.is_none(), "{model}: {difference:?}");
        assert!(report.switched);
        assert_eq!(env.rows(model).await, before, "{model}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dry_run_reports_differences_and_changes_nothing() {
    let env = filled(20).await;
    let db = env.db("call_log").await;
    for damage in [
        "delete from calls where call_id = 'CA0003'",
        "update calls set duration_s = 7, caller_name = 'Grace Hopper' where call_id = 'CA0004'",
        "insert into call_fields (call_id, field, tenant, valid) values ('CA0001', 'zzz', 'default', 1)",
    ] {
        on_db!(&db, c => sqlx::query(damage).execute(c).await.map(|_| ())).expect("damages");
    }
    let before = env.rows("call_log").await;
    let report = env.models.rebuild("call_log", DRY_RUN).await.expect("rebuilds");
    assert!(!report.switched);
    assert_eq!(env.rows("call_log").await, before);
    let difference = report.difference.expect("compared");
    let table = |name| {
        difference
            .tables
            .iter()
            .find(|table| table.table == name)
            .expect("a table")
    };
    let calls = table("calls");
    assert_eq!((calls.added, calls.gone, calls.different, calls.equal), (1, 0, 1, 18));
    assert_eq!(calls.first[0].key, ["CA0003"]);
    let fields: Vec<_> = calls.first[1]
        .fields
        .iter()
        .map(|f| (f.column, f.before.as_str(), f.after.as_str()))
        .collect();
    assert_eq!(
        fields,
        [("caller_name", "(personal)", "(personal)"), ("duration_s", "7", "60")]
    );
    assert_eq!((table("call_fields").gone, table("participants").different), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_and_appends_continue_during_a_rebuild() {
    let env = Arc::new(filled(100).await);
    let following = env.models.follow();
    let stop = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn({
        let (env, stop) = (env.clone(), stop.clone());
        async move {
            let mut least = 0;
            while !stop.load(Ordering::SeqCst) {
                let counts = env
                    .models
                    .call_log()
                    .counts("default")
                    .await
                    .expect("a query never fails during a rebuild");
                let all = counts[0].1;
                assert!(
                    all >= least.max(100),
                    "{all} calls after {least}: a half-built model was seen"
                );
                least = all;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
    let writer = tokio::spawn({
        let (env, stop) = (env.clone(), stop.clone());
        async move {
            let (mut n, mut last) = (1_000, 0);
            while !stop.load(Ordering::SeqCst) {
                last = env.append(&format!("CA{n}"), full_call()).await;
                n += 1;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            (n - 1_000, last)
        }
    });
    let mut longest: f64 = 0.0;
    for _ in 0..3 {
        let report = env.models.rebuild("call_log", SWITCH).await.expect("rebuilds");
        assert!(report.difference.expect("compared").is_none());
        longest = longest.max(report.switch_ms.expect("switched"));
    }
    stop.store(true, Ordering::SeqCst);
    reader.await.expect("reads");
    let (written, last) = writer.await.expect("writes");
    assert!(
        env.models.wait("call_log", last, WAIT_TIMEOUT).await,
        "the rebuilt model is followed"
    );
    let counts = env.models.call_log().counts("default").await.expect("query");
    assert_eq!(counts[0].1, 100 + written);
    println!("the longest switch took {longest:.1} ms");
    following.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_rebuild_can_be_started_again() {
    let env = filled(50).await;
    let before = env.rows("call_log").await;
    for cut in [1, 3, 10, 30] {
        let cut = tokio::time::timeout(Duration::from_millis(cut), env.models.rebuild("call_log", DRY_RUN)).await;
        drop(cut);
        assert_eq!(env.rows("call_log").await, before, "the old rows are unchanged");
        // Expire the lease of the cancelled rebuild, as a killed process would.
        let db = env.db("call_log").await;
        let expire = "update checkpoint set lease_expires_at = 0 where name = 'rebuild'";
        on_db!(&db, c => sqlx::query(expire).execute(c).await.map(|_| ())).expect("expires");
    }
    let report = env.models.rebuild("call_log", SWITCH).await.expect("rebuilds");
    assert!(report.difference.expect("compared").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn second_concurrent_rebuild_is_refused() {
    let env = filled(50).await;
    let (one, two) = tokio::join!(
        env.models.rebuild("call_log", DRY_RUN),
        env.models.rebuild("call_log", DRY_RUN)
    );
    let refused = [&one, &two]
        .into_iter()
        .filter(|outcome| matches!(outcome, Err(RebuildError::Running)))
        .count();
    assert_eq!(refused, 1, "{one:?} {two:?}");
    assert!(matches!(
        env.models.rebuild("no_such_model", DRY_RUN).await,
        Err(RebuildError::Unknown)
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn event_long_after_its_call_was_evicted_is_not_lost() {
    // Enough events in between for a rebuild to write and evict the first calls.
    let env = TestEnv::new().await;
    for n in 0..5 {
        env.append(&format!("CA{n}"), full_call()).await;
    }
    for n in 0..2_200 {
        let events = vec![
            started(0, Provider),
            ended(60, Provider, Outcome::Completed, Some(50)),
            graded(Grade::Good),
        ];
        let many = (0..4).flat_map(|_| events.clone()).collect();
        env.append(&format!("CB{n}"), many).await;
    }
    for n in 0..5 {
        env.append(&format!("CA{n}"), vec![graded(Grade::NeedsImprovement)])
            .await;
    }
    let head = env.ledger.head().await.expect("a head");
    assert!(head > 25_000);
    let report = env
        .models
        .rebuild(
            "call_log",
            RebuildOptions {
                compare: false,
                switch: true,
            },
        )
        .await
        .expect("loads");
    assert_eq!(report.position, head);
    let call = env
        .models
        .call_log()
        .call("default", "CA3")
        .await
        .expect("query")
        .expect("a call");
    assert_eq!((call.grade.as_deref(), call.ai_turns), (Some("needs_improvement"), 2));
    // The result equals the rows of a follower.
    let again = env.models.rebuild("call_log", DRY_RUN).await.expect("rebuilds");
    assert!(again.difference.expect("compared").is_none());
}

/// A projector whose loader waits until it is released.
struct Held {
    inner: Arc<dyn Projector>,
    released: Arc<AtomicBool>,
}

impl Projector for Held {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn version(&self) -> i64 {
        self.inner.version()
    }

    fn schema(&self, engine: Engine) -> Schema {
        self.inner.schema(engine)
    }

    fn tables(&self) -> &'static [Table] {
        self.inner.tables()
    }

    fn concerns(&self, event: &Recorded) -> bool {
        self.inner.concerns(event)
    }

    fn handler(&self, ledger: &Ledger) -> Box<dyn Handler> {
        self.inner.handler(ledger)
    }

    fn loader(&self) -> Box<dyn Loader> {
        Box::new(HeldLoader {
            inner: self.inner.loader(),
            released: self.released.clone(),
        })
    }
}

struct HeldLoader {
    inner: Box<dyn Loader>,
    released: Arc<AtomicBool>,
}

impl Loader for HeldLoader {
    fn missing(&self, events: &[Arc<Recorded>]) -> Missing {
        self.inner.missing(events)
    }

    fn restore(&mut self, past: Past, found: Found) -> Result<(), ConsumeError> {
        self.inner.restore(past, found)
    }

    fn fold(&mut self, events: &[Arc<Recorded>]) -> Result<(), ConsumeError> {
        while !self.released.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.inner.fold(events)
    }

    fn drain_settled(&mut self) -> Option<WriteSet> {
        self.inner.drain_settled()
    }

    fn drain_all(&mut self) -> Option<WriteSet> {
        self.inner.drain_all()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn other_process_shows_the_progress_and_the_result_of_a_rebuild() {
    let released = Arc::new(AtomicBool::new(false));
    let held = projectors().into_iter().map(|inner| {
        let released = released.clone();
        Arc::new(Held { inner, released }) as Arc<dyn Projector>
    });
    let env = TestEnv::with(held.collect()).await;
    let last = env.append("CA1", full_call()).await;
    let other = env.reopened_with(projectors()).await;
    let following = other.follow();
    assert!(other.wait("dashboard", last, WAIT_TIMEOUT).await);

    let mut seen = other.progress().watch_rebuild("dashboard").expect("the model");
    assert!(seen.borrow().is_none());
    let begun = env.models.begin_rebuild("dashboard").await.expect("begins");
    let rebuild = tokio::spawn(begun.run(SWITCH));
    let wait = tokio::time::timeout(WAIT_TIMEOUT, seen.wait_for(Option::is_some));
    let progress = wait
        .await
        .expect("in time")
        .expect("watched")
        .clone()
        .expect("progress");
    assert_eq!((progress.stage, progress.total), (Stage::Loading, last));
    assert!(matches!(
        other.begin_rebuild("dashboard").await,
        Err(RebuildError::Running)
    ));

    released.store(true, Ordering::SeqCst);
    let report = rebuild.await.expect("no panic").expect("rebuilds");
    let wait = tokio::time::timeout(WAIT_TIMEOUT, seen.wait_for(Option::is_none));
    wait.await.expect("in time").expect("watched");
    let status = other.status().await.expect("status");
    let status = status.iter().find(|status| status.model == "dashboard");
    let result = status.and_then(|status| status.last_rebuild.clone()).expect("a result");
    // Parsing a number with a fraction may change its last digit.
    let report = serde_json::json!(report);
    for part in ["model", "position", "difference", "switched"] {
        assert_eq!(result[part], report[part], "{part}");
    }
    following.stop().await;
}
