//! The log is append-only: the databases refuse every change.

use super::{append, open, with_key};
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::clock::SystemClock;
use infra::db::{Db, Durability, connect};
use infra::event_store::EventStore;
use sqlx::Executor as _;
use std::sync::Arc;

on_both_engines!(
    update_is_refused,
    delete_is_refused,
    truncation_is_refused,
    replace_is_refused,
    insert_by_hand_is_refused,
    hole_is_named_with_its_position_and_not_ready,
    command_keys_are_append_only,
);

/// Runs a statement with the service's own rights. `Err` is the database's message.
async fn tamper(stores: &TestStores, sql: &str) -> Result<(), String> {
    let db = connect(&stores.url, "ledger", Durability::Full, 1).await.unwrap();
    infra::on_db!(&db, c => c.execute(sql).await.map(|_| ())).map_err(|error| error.to_string())
}

async fn fill(stores: &TestStores) {
    let store = open(stores).await;
    store.append(with_key(append("CA1", 0, 3), "token")).await.unwrap();
}

/// Asserts that every statement is refused and the log is unchanged.
async fn assert_refused(stores: &TestStores, statements: &[&str]) {
    fill(stores).await;
    let before = open(stores).await.read_all(0, 100).await.unwrap();
    for sql in statements {
        let refusal = tamper(stores, sql).await.expect_err(sql);
        assert!(
            refusal.contains("append-only") || refusal.contains("unique constraint"),
            "{sql}: {refusal}"
        );
    }
    assert_eq!(open(stores).await.read_all(0, 100).await.unwrap(), before);
}

async fn update_is_refused(stores: TestStores) {
    assert_refused(
        &stores,
        &[
            "update events set payload = '{}' where position = 1",
            "update events set position = 9",
        ],
    )
    .await;
}

async fn delete_is_refused(stores: TestStores) {
    assert_refused(
        &stores,
        &["delete from events where position = 3", "delete from events"],
    )
    .await;
}

async fn truncation_is_refused(stores: TestStores) {
    let db = connect(&stores.url, "ledger", Durability::Full, 1).await.unwrap();
    match db {
        // SQLite truncates by a delete without a condition; disabling recursive triggers does not help.
        Db::Sqlite(_) => assert_refused(&stores, &["pragma recursive_triggers = off; delete from events"]).await,
        Db::Postgres(_) => {
            let replica_role = "set session_replication_role = replica; ";
            let sleeping = [
                format!("{replica_role} truncate events"),
                format!("{replica_role} delete from events"),
                format!("{replica_role} update events set payload = '{{}}'"),
            ];
            let sleeping: Vec<&str> = sleeping.iter().map(String::as_str).collect();
            assert_refused(&stores, &["truncate events", "truncate events cascade"]).await;
            assert_refused_as_replica(&stores, &sleeping).await;
        }
    }
}

async fn assert_refused_as_replica(stores: &TestStores, statements: &[&str]) {
    for sql in statements {
        let refusal = tamper(stores, sql).await.expect_err(sql);
        assert!(refusal.contains("append-only"), "{sql}: {refusal}");
    }
}

const COLUMNS: &str =
    "(position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at)";

async fn replace_is_refused(stores: TestStores) {
    let at_position = format!(
        "insert into events {COLUMNS} values (1, 'call', 'CA9', 1, 'X', '1', '{{}}', '{{}}', 99999999999999999)"
    );
    let at_sequence = format!(
        "insert into events {COLUMNS} values (4, 'call', 'CA1', 1, 'X', '1', '{{}}', '{{}}', 99999999999999999)"
    );
    let db = connect(&stores.url, "ledger", Durability::Full, 1).await.unwrap();
    let statements = match db {
        Db::Sqlite(_) => vec![
            at_position.replacen("insert", "insert or replace", 1),
            at_sequence.replacen("insert", "insert or replace", 1),
            at_sequence.replacen("insert", "replace", 1),
            format!("{at_sequence} on conflict do update set payload = '{{\"x\":1}}'"),
        ],
        Db::Postgres(_) => vec![
            at_position,
            at_sequence.clone(),
            format!(
                "{at_sequence} on conflict (aggregate_type, aggregate_id, sequence) do update set payload = '{{\"x\":1}}'"
            ),
        ],
    };
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    assert_refused(&stores, &statements).await;
}

/// Inserts by hand: at another position than the next, into a stream with a gap, and with an earlier time. On PostgreSQL a
/// correct one is refused too: only `append_events` inserts.
async fn insert_by_hand_is_refused(stores: TestStores) {
    let is_sqlite = matches!(stores.url, infra::db::DatabaseUrl::Folder(_));
    let row = |position: i64, stream: &str, sequence: i64, time: i64| {
        format!(
            "insert into events {COLUMNS} values ({position}, 'call', '{stream}', {sequence}, 'X', '1', '{{}}', '{{}}', {time})"
        )
    };
    let late = 99_999_999_999_999_999;
    let mut statements = vec![
        row(9, "CA9", 1, late),
        row(5, "CA9", 1, late),
        row(0, "CA9", 1, late),
        row(-4, "CA9", 1, late),
        row(4, "CA9", 1, 1),
        row(4, "CA1", 3, late),
        row(2, "CA9", 1, late),
    ];
    if !is_sqlite {
        statements.push(row(4, "CA9", 1, late));
        statements.push(row(4, "CA9", 2, late));
        statements.push(format!("set call_ledger.appending = 'on'; {}", row(4, "CA9", 2, late)));
        statements.push(format!("set call_ledger.appending = 'on'; {}", row(5, "CA9", 1, late)));
        statements.push(format!("set call_ledger.appending = 'on'; {}", row(4, "CA9", 1, 1)));
        statements.push(format!(
            "set session_replication_role = replica; {}",
            row(4, "CA9", 1, late)
        ));
    }
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    assert_refused(&stores, &statements).await;
}

/// What an administrator with all rights can do anyway.
async fn hole_is_named_with_its_position_and_not_ready(stores: TestStores) {
    fill(&stores).await;
    let store = open(&stores).await;
    assert_eq!(store.problems(), []);
    let without_guard = match connect(&stores.url, "ledger", Durability::Full, 1).await.unwrap() {
        Db::Sqlite(_) => "drop trigger events_refuse_insert; ",
        Db::Postgres(_) => "alter table events disable trigger user; ",
    };
    let row = "values (5, 'call', 'CA9', 1, 'X', '1', '{}', '{}', 99999999999999999)";
    tamper(&stores, &format!("{without_guard} insert into events {COLUMNS} {row}"))
        .await
        .unwrap();
    let error = store.read_all(0, 100).await.expect_err("a hole");
    assert!(error.to_string().contains("expected position 4, found 5"), "{error}");
    let problems = store.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].severity, infra::health::Severity::NotReady);
    assert!(problems[0].cause.contains("position 4"), "{problems:?}");
    // What comes before it can still be read.
    assert_eq!(store.read_all(0, 3).await.unwrap().len(), 3);
    assert_eq!(store.problems().len(), 1, "the hole is still there");
}

/// A role that may select and call the function appends, and can do nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn role_without_the_right_to_insert_appends_through_the_function() {
    let stores = TestStores::postgres().await;
    fill(&stores).await;
    let infra::db::DatabaseUrl::Postgres(url) = &stores.url else {
        unreachable!("the stores are PostgreSQL")
    };
    let mut url = url::Url::parse(url).unwrap();
    // Roles belong to the server, not to a database.
    let role = format!("app_{}", url.path().trim_start_matches('/'));
    let grants = format!(
        "create role {role} login;
         grant usage on schema ledger to {role};
         grant select on all tables in schema ledger to {role};
         grant execute on all functions in schema ledger to {role}"
    );
    tamper(&stores, &grants).await.unwrap();
    url.set_username(&role).unwrap();
    let restricted = EventStore::open(&url.as_str().parse().unwrap(), Arc::new(SystemClock))
        .await
        .unwrap();
    restricted.append(append("CA2", 0, 2)).await.unwrap();
    assert_eq!(restricted.read_all(0, 100).await.unwrap().len(), 5);
    let db = connect(&url.as_str().parse().unwrap(), "ledger", Durability::Full, 1)
        .await
        .unwrap();
    let row = "values (6, 'call', 'CA9', 1, 'X', '1', '{}', '{}', 99999999999999999)";
    let insert = format!("insert into events {COLUMNS} {row}");
    let refused = infra::on_db!(&db, c => c.execute(&*insert).await.map(|_| ())).expect_err("no right");
    assert!(refused.to_string().contains("permission denied"), "{refused}");
    db.close().await;
    drop(restricted);
    tamper(&stores, &format!("drop owned by {role}; drop role {role}"))
        .await
        .unwrap();
}

async fn command_keys_are_append_only(stores: TestStores) {
    assert_refused(
        &stores,
        &[
            "update command_keys set position = 1",
            "delete from command_keys",
            "insert into command_keys select * from command_keys",
        ],
    )
    .await;
}
