//! An event that cannot be projected is written to `dead_letters` and parks its stream; other streams are not affected.

use crate::support::*;
use domain::call::value::Outcome;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};
use infra::on_db;
use projections::engine::{ReadModel, Schema};
use projections::projector::Model;
use projections::rows::{Column, Field, Kind, Owner, Role, Row, Rows, Table, Value};
use projections::{RebuildError, RebuildOptions};
use std::sync::Arc;
use std::time::Duration;

const WAIT_TIMEOUT: Duration = Duration::from_secs(20);

async fn dead_letters(env: &TestEnv, model: &'static str) -> Vec<(i64, String, String)> {
    let db = env.db(model).await;
    let text = "select position, aggregate_id, event_type from dead_letters order by position";
    on_db!(&db, c => sqlx::query_as(text).fetch_all(c).await).expect("dead letters")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_event_parks_its_call_and_not_others() {
    let env = TestEnv::new().await;
    let following = env.models.follow();
    env.append("CA1", vec![started(0, Provider)]).await;
    env.append("CA2", vec![started(0, Provider)]).await;
    let unreadable = env.append_unreadable("CA1").await;
    let behind = env
        .append("CA1", vec![ended(60, Provider, Outcome::Completed, Some(50))])
        .await;
    let last = env
        .append("CA2", vec![ended(60, Provider, Outcome::Completed, Some(50))])
        .await;
    for model in ["call_log", "agents"] {
        assert!(env.models.wait(model, last, WAIT_TIMEOUT).await, "{model}");
    }
    let call = |id| {
        let call_log = env.models.call_log();
        async move {
            call_log
                .call("default", id)
                .await
                .expect("query")
                .expect("a call")
                .status
        }
    };
    assert_eq!(call("CA1").await, "started", "a parked call does not change");
    assert_eq!(call("CA2").await, "completed");
    let dead = dead_letters(&env, "call_log").await;
    assert_eq!(
        dead,
        [
            (unreadable, "CA1".into(), "CallTeleported".into()),
            (behind, "CA1".into(), "CallEnded".into())
        ]
    );
    assert!(
        dead_letters(&env, "agents").await.is_empty(),
        "a model that reads no calls has nothing to park"
    );
    let status = env.models.status().await.expect("status");
    let call_log = status
        .iter()
        .find(|status| status.model == "call_log")
        .expect("a status");
    assert_eq!(
        (call_log.dead_letters, call_log.parked_streams, call_log.lag),
        (2, 1, 0)
    );
    following.stop().await;

    // A parked stream stays parked for the next follower.
    let following = env.models.follow();
    let later = env.append("CA1", vec![graded(domain::call::value::Grade::Good)]).await;
    assert!(env.models.wait("call_log", later, WAIT_TIMEOUT).await);
    assert_eq!(dead_letters(&env, "call_log").await.len(), 3);
    following.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rebuild_that_would_park_more_stops_before_the_switch() {
    let env = TestEnv::new().await;
    env.append("CA1", vec![started(0, Provider)]).await;
    let unreadable = env.append_unreadable("CA1").await;
    let options = RebuildOptions {
        compare: false,
        switch: true,
    };
    match env.models.rebuild("call_log", options).await {
        Err(RebuildError::MoreDeadLetters { first, parked, allowed }) => {
            assert_eq!((first.position, parked, allowed), (unreadable, 1, 0));
        }
        other => panic!("not refused: {other:?}"),
    }
}

/// A model whose table rejects the rows of failed calls, and whose fold panics at calls that were busy.
struct FailingModel;

struct SeenRow {
    call_id: String,
    events: i64,
    failed: bool,
}

impl Row for SeenRow {
    const TABLE: Table = Table {
        name: "seen",
        columns: &[
            Column {
                name: "call_id",
                kind: Kind::Text,
                personal: false,
            },
            Column {
                name: "events",
                kind: Kind::Int,
                personal: false,
            },
            Column {
                name: "failed",
                kind: Kind::Int,
                personal: false,
            },
        ],
        key: 1,
        role: Role::OwnedBy(Owner::Call),
    };

    fn into_values(self) -> Vec<Value> {
        vec![
            self.call_id.into_value(),
            self.events.into_value(),
            self.failed.into_value(),
        ]
    }

    fn from_values(values: Vec<Value>) -> Option<Self> {
        let mut values = values.into_iter();
        Some(Self {
            call_id: String::from_value(values.next()?)?,
            events: i64::from_value(values.next()?)?,
            failed: bool::from_value(values.next()?)?,
        })
    }
}

#[derive(Default)]
struct Seen {
    failed: bool,
    events: i64,
}

impl ReadModel for FailingModel {
    const NAME: &'static str = "failing";
    const VERSION: i64 = 1;
    const TABLES: &'static [Table] = &[SeenRow::TABLE];
    type Doc = Seen;

    fn schema(_: Engine) -> Schema {
        Schema {
            tables: "create table seen (call_id text primary key not null, events integer not null, failed integer not null check (failed = 0)) strict;",
            indexes: "create index seen_events on seen (events);",
        }
    }

    fn concerns(event: &Event) -> bool {
        matches!(event, Event::Call(_))
    }

    fn fold(seen: &mut Seen, event: &Recorded) {
        seen.events += 1;
        if let Event::Call(domain::call::CallEvent::CallEnded {
            outcome: Outcome::Failed,
            ..
        }) = &event.event
        {
            seen.failed = true;
        }
        let is_busy = matches!(
            &event.event,
            Event::Call(domain::call::CallEvent::CallEnded {
                outcome: Outcome::Busy,
                ..
            })
        );
        assert!(!is_busy, "a fold with a bug");
    }

    fn rows(id: &str, seen: &Seen, rows: &mut Rows) {
        rows.push(SeenRow {
            call_id: id.to_owned(),
            events: seen.events,
            failed: seen.failed,
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn event_with_a_rejected_row_is_isolated_from_its_batch() {
    let env = TestEnv::with(vec![Arc::new(Model::<FailingModel>::default())]).await;
    let mut last = 0;
    let mut bad = 0;
    for n in 0..200 {
        let call = format!("CA{n:03}");
        env.append(&call, vec![started(0, Provider)]).await;
        let outcome = if n == 77 { Outcome::Failed } else { Outcome::Completed };
        last = env.append(&call, vec![ended(60, Provider, outcome, None)]).await;
        if n == 77 {
            bad = last;
        }
    }
    let following = env.models.follow();
    assert!(env.models.wait("failing", last, WAIT_TIMEOUT).await);
    assert_eq!(
        dead_letters(&env, "failing").await,
        [(bad, "CA077".into(), "CallEnded".into())]
    );
    let db = env.db("failing").await;
    let counts: (i64, i64) =
        on_db!(&db, c => sqlx::query_as("select count(*), cast(sum(events) as bigint) from seen").fetch_one(c).await)
            .expect("counts");
    assert_eq!(counts, (200, 399), "every event except one is applied once");
    following.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn event_whose_fold_panics_is_dead_lettered_and_the_model_continues() {
    let env = TestEnv::with(vec![Arc::new(Model::<FailingModel>::default())]).await;
    let following = env.models.follow();
    let mut bad = Vec::new();
    let mut last = 0;
    for n in 0..40 {
        let call = format!("CA{n:03}");
        env.append(&call, vec![started(0, Provider)]).await;
        let outcome = if n % 10 == 7 { Outcome::Busy } else { Outcome::Completed };
        last = env.append(&call, vec![ended(60, Provider, outcome, None)]).await;
        if n % 10 == 7 {
            bad.push((last, call, "CallEnded".to_owned()));
        }
    }
    assert!(env.models.wait("failing", last, WAIT_TIMEOUT).await);
    assert_eq!(dead_letters(&env, "failing").await, bad);
    let db = env.db("failing").await;
    let counts: (i64, i64) =
        on_db!(&db, c => sqlx::query_as("select count(*), cast(sum(events) as bigint) from seen").fetch_one(c).await)
            .expect("counts");
    assert_eq!(counts, (40, 76), "every other event is applied once");
    assert_eq!(env.models.progress().stalled(WAIT_TIMEOUT), []);

    // A rebuild parks the same events.
    let options = RebuildOptions {
        compare: true,
        switch: true,
    };
    let report = env.models.rebuild("failing", options).await.expect("rebuilds");
    assert_eq!((report.switched, report.parked), (true, 4));
    assert!(report.difference.expect("compared").is_none());
    assert_eq!(dead_letters(&env, "failing").await, bad);
    following.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn model_that_no_follower_works_on_is_stalled() {
    let env = TestEnv::with(vec![Arc::new(Model::<FailingModel>::default())]).await;
    let limit = Duration::from_millis(1_500);
    tokio::time::sleep(limit).await;
    let stalled = env.models.progress().stalled(limit);
    assert!(
        matches!(stalled[..], [("failing", idle)] if idle >= limit),
        "{stalled:?}"
    );
    let following = env.models.follow();
    tokio::time::sleep(limit).await;
    assert_eq!(env.models.progress().stalled(limit), []);
    following.stop().await;
}

/// A model whose fold takes long.
struct SlowModel;

impl ReadModel for SlowModel {
    const NAME: &'static str = "slow";
    const VERSION: i64 = 1;
    const TABLES: &'static [Table] = FailingModel::TABLES;
    type Doc = Seen;

    fn schema(engine: Engine) -> Schema {
        FailingModel::schema(engine)
    }

    fn concerns(event: &Event) -> bool {
        FailingModel::concerns(event)
    }

    fn fold(seen: &mut Seen, _: &Recorded) {
        seen.events += 1;
        std::thread::sleep(Duration::from_millis(20));
    }

    fn rows(id: &str, seen: &Seen, rows: &mut Rows) {
        FailingModel::rows(id, seen, rows);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rebuild_is_stopped_when_its_lease_is_lost() {
    let env = TestEnv::with(vec![Arc::new(Model::<SlowModel>::default())]).await;
    for n in 0..400 {
        env.append(&format!("CA{n:03}"), vec![started(0, Provider)]).await;
    }
    let models = env.models.clone();
    let options = RebuildOptions {
        compare: false,
        switch: true,
    };
    let rebuild = tokio::spawn(async move { models.rebuild("slow", options).await });
    // Another process takes the lease.
    let db = env.db("slow").await;
    let seize =
        "update checkpoint set fence = fence + 1, owner = 'rebuild_other' where name = 'rebuild' and owner is not null";
    let seized = async {
        while on_db!(&db, c => sqlx::query(seize).execute(c).await.map(|done| done.rows_affected())).expect("seizes")
            == 0
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(WAIT_TIMEOUT, seized)
        .await
        .expect("the rebuild begins");
    let outcome = tokio::time::timeout(WAIT_TIMEOUT, rebuild).await.expect("in time");
    assert!(matches!(outcome.expect("no panic"), Err(RebuildError::LeaseLost)));
    let status = env.models.status().await.expect("status");
    assert_eq!(
        (status[0].generation, status[0].position),
        (0, 0),
        "the old rows are unchanged"
    );
}
