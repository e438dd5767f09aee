//! The log is append-only: the databases refuse every change.

use super::{append, open, with_key};
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::db::{Db, Durability, connect};
use sqlx::Executor as _;

on_both_engines!(
    update_is_refused,
    delete_is_refused,
    truncation_is_refused,
    replace_is_refused,
    gap_is_refused_or_reported,
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

/// On SQLite a trigger keeps positions dense. On PostgreSQL the append function does, and a reader reports a gap.
async fn gap_is_refused_or_reported(stores: TestStores) {
    fill(&stores).await;
    let sql = format!(
        "insert into events {COLUMNS} values (9, 'call', 'CA9', 1, 'X', '1', '{{}}', '{{}}', 99999999999999999)"
    );
    match (
        tamper(&stores, &sql).await,
        connect(&stores.url, "ledger", Durability::Full, 1).await.unwrap(),
    ) {
        (Err(refusal), Db::Sqlite(_)) => assert!(refusal.contains("append-only"), "{refusal}"),
        (Ok(()), Db::Postgres(_)) => {
            let error = open(&stores).await.read_all(0, 100).await.expect_err("a hole");
            assert!(error.to_string().contains("expected position 4"), "{error}");
        }
        (outcome, db) => panic!("{outcome:?} on {:?}", db.engine()),
    }
}

async fn command_keys_are_append_only(stores: TestStores) {
    assert_refused(
        &stores,
        &["update command_keys set position = 1", "delete from command_keys"],
    )
    .await;
}
