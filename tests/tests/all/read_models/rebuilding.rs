//! Rebuilds next to the current rows: the difference, the switch, and the effect of erasure.

use super::{READ_MODEL_TIMEOUT, TestEnv};
use crate::ledger::{CALLER, WORDS, at, by_user};
use domain::call::command::CallCommand;
use futures::StreamExt as _;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::db::Db;
use infra::event_store::StreamId;
use infra::on_db;
use projections::{RebuildError, RebuildOptions, projectors};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

on_both_engines!(
    rebuild_of_correct_models_has_no_difference,
    dry_run_reports_the_difference_and_changes_nothing,
    difference_names_rows_of_each_tenant,
    switch_repairs_damaged_rows,
    readers_and_writers_continue_during_a_switch,
    rebuild_after_an_erasure_restores_no_personal_value,
    slow_reader_of_the_old_rows_is_not_cut_by_a_switch,
    rebuild_is_cancelled_when_its_lease_is_lost,
);

const DRY_RUN: RebuildOptions = RebuildOptions {
    compare: true,
    switch: false,
};
const SWITCH: RebuildOptions = RebuildOptions {
    compare: true,
    switch: true,
};

async fn filled(stores: &TestStores, calls: usize) -> TestEnv {
    let env = TestEnv::open(stores).await;
    let following = env.models.follow();
    for n in 0..calls {
        env.call(&format!("CA{n:03}")).await;
    }
    env.wait_for_position(env.ledger.head().await.unwrap()).await;
    following.stop().await;
    env
}

async fn rebuild_of_correct_models_has_no_difference(stores: TestStores) {
    let env = filled(&stores, 12).await;
    for projector in projectors() {
        let model = projector.name();
        let before = env.rows(model).await;
        let report = env.models.rebuild(model, SWITCH).await.unwrap();
        let difference = report.difference.unwrap();
        assert!(difference.is_none(), "{model}: {difference:?}");
        assert!(report.switched);
        assert_eq!(env.rows(model).await, before, "{model}");
    }
}

/// A missing call, a changed call, and a field that was never collected.
const DAMAGE_STATEMENTS: [&str; 3] = [
    "delete from calls where call_id = 'CA003'",
    "update calls set duration_s = 7, caller_number = 'another number' where call_id = 'CA004'",
    "insert into call_fields (call_id, field, tenant, valid) values ('CA001', 'zzz', 'default', 1)",
];

async fn damaged(stores: &TestStores) -> TestEnv {
    let env = filled(stores, 10).await;
    for damage in DAMAGE_STATEMENTS {
        env.damage("call_log", damage).await;
    }
    env
}

async fn dry_run_reports_the_difference_and_changes_nothing(stores: TestStores) {
    let env = damaged(&stores).await;
    let before = env.rows("call_log").await;
    let report = env.models.rebuild("call_log", DRY_RUN).await.unwrap();
    assert!(!report.switched);
    assert_eq!(env.rows("call_log").await, before);
    let difference = report.difference.unwrap();
    let table = |name| difference.tables.iter().find(|table| table.table == name).unwrap();
    let calls = table("calls");
    assert_eq!((calls.added, calls.gone, calls.different, calls.equal), (1, 0, 1, 8));
    assert_eq!(calls.first[0].key, ["CA003"]);
    let fields: Vec<_> = calls.first[1]
        .fields
        .iter()
        .map(|field| (field.column, &*field.before, &*field.after))
        .collect();
    let personal = ("caller_number", "(personal)", "(personal)");
    assert_eq!(
        fields,
        [personal, ("duration_s", "7", "55")],
        "the report contains a personal value"
    );
    assert_eq!((table("call_fields").gone, table("participants").different), (1, 0));
}

/// However many rows of one tenant differ, those of another are named too, and each has its tenant: a reader sees only
/// those of their own.
async fn difference_names_rows_of_each_tenant(stores: TestStores) {
    const OTHERS: &str = "insert into call_fields (call_id, field, tenant, valid)
      with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 300)
      select 'CA001', 'field ' || n, 'acme', 1 from numbers";
    let env = damaged(&stores).await;
    env.damage("call_log", OTHERS).await;
    let report = env.models.rebuild("call_log", DRY_RUN).await.unwrap();
    let tables = report.difference.unwrap().tables;
    let fields = tables.into_iter().find(|table| table.table == "call_fields").unwrap();
    assert_eq!(fields.gone, 301);
    let of = |tenant: &str| {
        let rows = fields.first.iter();
        rows.filter(|row| row.tenant.as_deref() == Some(tenant)).count()
    };
    assert_eq!((of("acme"), of("default"), fields.first.len()), (10, 1, 11));
}

async fn switch_repairs_damaged_rows(stores: TestStores) {
    let env = damaged(&stores).await;
    assert!(env.models.rebuild("call_log", SWITCH).await.unwrap().switched);
    let again = env.models.rebuild("call_log", DRY_RUN).await.unwrap();
    assert!(again.difference.unwrap().is_none());
    let repaired = env.models.call_log().call("default", "CA004").await.unwrap().unwrap();
    assert_eq!(repaired.duration_s, Some(55));
}

async fn readers_and_writers_continue_during_a_switch(stores: TestStores) {
    const BEFORE: i64 = 20;
    let env = Arc::new(filled(&stores, 20).await);
    // On PostgreSQL the readers belong to another process.
    let elsewhere = match stores.url {
        infra::db::DatabaseUrl::Postgres(_) => Arc::new(TestEnv::open(&stores).await),
        infra::db::DatabaseUrl::Folder(_) => env.clone(),
    };
    let following = env.models.follow();
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let reader = tokio::spawn(async move {
        let mut least = BEFORE;
        while !stopped.load(Ordering::SeqCst) {
            let counts = elsewhere.models.call_log().counts("default").await;
            let all = counts.expect("a reader is never refused")[0].1;
            assert!(
                all >= least,
                "{all} calls after {least}: a reader saw a partially built model"
            );
            least = all;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let (writing, stopped) = (env.clone(), stop.clone());
    let writer = tokio::spawn(async move {
        let mut written = 0;
        while !stopped.load(Ordering::SeqCst) {
            writing.call(&format!("CB{written}")).await;
            written += 1;
        }
        written
    });
    for _ in 0..3 {
        let report = env.models.rebuild("call_log", SWITCH).await.unwrap();
        assert!(report.difference.unwrap().is_none());
        assert!(report.switched);
    }
    stop.store(true, Ordering::SeqCst);
    reader.await.unwrap();
    let written = writer.await.unwrap();
    let head = env.ledger.head().await.unwrap();
    assert!(
        env.models.wait("call_log", head, READ_MODEL_TIMEOUT).await,
        "the projector continues on the new rows"
    );
    let counts = env.models.call_log().counts("default").await.unwrap();
    assert_eq!(counts[0].1, BEFORE + written);
    following.stop().await;
    let again = env.models.rebuild("call_log", DRY_RUN).await.unwrap();
    assert!(again.difference.unwrap().is_none());
}

async fn rebuild_after_an_erasure_restores_no_personal_value(stores: TestStores) {
    let env = filled(&stores, 3).await;
    let erase = CallCommand::Erase {
        at: at(500),
        ground: "request 17".into(),
        by: "u1".into(),
    };
    let following = env.models.follow();
    let erased = env.execute("CA001", erase, by_user()).await;
    env.ledger.destroy_key(&StreamId::call("CA001")).await.unwrap();
    env.wait_for_position(erased).await;
    following.stop().await;
    for projector in projectors() {
        let model = projector.name();
        let before = env.rows(model).await;
        let report = env.models.rebuild(model, SWITCH).await.unwrap();
        let difference = report.difference.unwrap();
        assert!(difference.is_none(), "{model}: {difference:?}");
        assert_eq!(env.rows(model).await, before);
        for row in before.values().flatten().filter(|row| row.contains("CA001")) {
            for value in [CALLER, WORDS] {
                assert!(!row.contains(value), "{model}: {row}");
            }
        }
    }
    let others = env.rows("call_log").await["calls"]
        .iter()
        .filter(|row| row.contains(CALLER))
        .count();
    assert_eq!(others, 2, "another call was changed");
}

/// Reads the identifiers of all calls, slowly: the first rows before `between`, the others afterwards.
async fn read_around(db: &Db, between: impl Future<Output = ()>) -> usize {
    const CALL_IDS: &str = "select call_id from calls order by call_id";
    on_db!(db, c => {
        let mut rows = sqlx::query_scalar::<_, String>(CALL_IDS).fetch(c);
        let first = rows.next().await.expect("a row").map(|_| 1);
        between.await;
        let others = rows.fold(0, |read, row| std::future::ready(read + usize::from(row.is_ok())));
        first.unwrap() + others.await
    })
}

async fn slow_reader_of_the_old_rows_is_not_cut_by_a_switch(stores: TestStores) {
    const COUNT: &str = "select count(*) from calls";
    let env = filled(&stores, 10).await;
    let old = env.db("call_log").await;
    let switch = async {
        assert!(env.models.rebuild("call_log", SWITCH).await.unwrap().switched);
    };
    assert_eq!(read_around(&old, switch).await, 10);
    // The old files and tables are removed by now, and the reader needs more connections than it had.
    let connections = on_db!(&old, c => c.options().get_max_connections());
    on_db!(&old, c => {
        let all = futures::future::try_join_all((0..connections).map(|_| c.acquire())).await;
        for mut connection in all.expect("the old pool opens connections") {
            let count: i64 = sqlx::query_scalar(COUNT).fetch_one(&mut *connection).await.unwrap();
            assert_eq!(count, 10);
        }
    });
}

async fn rebuild_is_cancelled_when_its_lease_is_lost(stores: TestStores) {
    let env = filled(&stores, 5).await;
    let before = env.rows("call_log").await;
    let begun = env.models.begin_rebuild("call_log").await.unwrap();
    // Another process takes the lease. However fast this one is, it must not switch.
    env.damage(
        "call_log",
        "update checkpoint set fence = fence + 1, owner = 'rebuild_other' where name = 'rebuild'",
    )
    .await;
    let outcome = begun.run(SWITCH).await;
    assert!(matches!(outcome, Err(RebuildError::LeaseLost)), "{outcome:?}");
    assert_eq!(env.rows("call_log").await, before, "the rows are unchanged");
}
