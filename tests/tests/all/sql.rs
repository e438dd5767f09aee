//! One SQL text serves both databases: every statement is prepared on both.

use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::accounts::Accounts;
use infra::clock::SystemClock;
use infra::db::{Db, Durability, ReadStores, connect};
use projections::ReadModels;
use sqlx::{Executor as _, Row as _};
use std::sync::Arc;

on_both_engines!(
    ledger_statements_can_be_prepared,
    checkpoint_statements_can_be_prepared,
    read_model_statements_can_be_prepared,
    account_statements_can_be_prepared,
    read_model_tables_have_exactly_the_columns_of_their_rows,
);

/// Prepares each statement in the database.
pub async fn prepare(db: &Db, statements: &[&str]) {
    assert!(!statements.is_empty());
    for sql in statements {
        let prepared = infra::on_db!(db, c => c.prepare(sql).await.map(|_| ()));
        prepared.unwrap_or_else(|error| panic!("{:?} cannot prepare\n{sql}\n{error}", db.engine()));
    }
}

async fn ledger_statements_can_be_prepared(stores: TestStores) {
    let _ledger = stores.ledger().await;
    for (schema, statements) in [
        ("ledger", infra::event_store::STATEMENTS),
        ("ledger", infra::keys::INDEX_KEY_STATEMENTS),
        ("keys", infra::keys::STATEMENTS),
    ] {
        prepare(
            &connect(&stores.url, schema, Durability::Full, 1).await.unwrap(),
            statements,
        )
        .await;
    }
}

async fn checkpoint_statements_can_be_prepared(stores: TestStores) {
    use infra::subscription::checkpoint;
    let read_stores = ReadStores::open(&stores.url).await.unwrap();
    let namespace = read_stores.current("dashboard").await.unwrap();
    infra::on_db!(&namespace.db, c => c.execute(checkpoint::CHECKPOINT_DDL).await.map(|_| ())).unwrap();
    prepare(&namespace.db, &checkpoint::statements(namespace.db.engine())).await;
    prepare(&read_stores.registry(), &infra::db::rebuild_records::STATEMENTS).await;
    if let infra::db::Db::Postgres(_) = read_stores.registry() {
        prepare(&read_stores.registry(), &infra::db::rebuild_lock::STATEMENTS).await;
    }
}

/// Every read model with its tables.
async fn read_models(stores: &TestStores) -> ReadStores {
    let read_stores = ReadStores::open(&stores.url).await.unwrap();
    let ledger = stores.ledger().await;
    ReadModels::open(read_stores.clone(), ledger, Arc::new(SystemClock))
        .await
        .unwrap();
    read_stores
}

async fn read_model_statements_can_be_prepared(stores: TestStores) {
    let read_stores = read_models(&stores).await;
    let statements = projections::statements();
    for projector in projections::projectors() {
        let model = projector.name();
        let its = statements.iter().filter(|(of, _)| *of == model);
        let its: Vec<_> = its.map(|(_, text)| *text).collect();
        prepare(&read_stores.current(model).await.unwrap().db, &its).await;
    }
}

async fn account_statements_can_be_prepared(stores: TestStores) {
    let accounts = Accounts::open(&stores.url).await.unwrap();
    infra::db::belonging::mark(accounts.db(), "a ledger").await.unwrap();
    prepare(accounts.db(), &infra::db::belonging::STATEMENTS).await;
    for statements in infra::accounts::STATEMENTS {
        prepare(accounts.db(), statements).await;
    }
}

async fn read_model_tables_have_exactly_the_columns_of_their_rows(stores: TestStores) {
    const SQLITE: &str = "select name from pragma_table_info($1) order by cid";
    const POSTGRES: &str = "select cast(column_name as text) as name from information_schema.columns
      where table_schema = current_schema() and table_name = $1 order by ordinal_position";
    let read_stores = read_models(&stores).await;
    for projector in projections::projectors() {
        let db = read_stores.current(projector.name()).await.unwrap().db;
        for table in projector.tables() {
            let found: Vec<String> = match &db {
                Db::Sqlite(c) => {
                    let rows = sqlx::query(SQLITE).bind(table.name).fetch_all(c).await.unwrap();
                    rows.iter().map(|row| row.get(0)).collect()
                }
                Db::Postgres(c) => {
                    let rows = sqlx::query(POSTGRES).bind(table.name).fetch_all(c).await.unwrap();
                    rows.iter().map(|row| row.get(0)).collect()
                }
            };
            let wanted: Vec<_> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(found, wanted, "{}", table.name);
        }
    }
}
