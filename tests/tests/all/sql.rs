//! One SQL text serves both databases: every statement is prepared on both.

use harness::on_both_engines;
use harness::place::Place;
use infra::db::{Db, Durability, Views, connect};
use sqlx::Executor as _;

on_both_engines!(
    every_statement_of_the_ledger_is_understood,
    every_statement_of_the_checkpoints_is_understood
);

/// Prepares each statement; the database itself says what it does not understand.
pub async fn prepare(db: &Db, statements: &[&str]) {
    assert!(!statements.is_empty());
    for sql in statements {
        let prepared = infra::on_db!(db, c => c.prepare(sql).await.map(|_| ()));
        prepared.unwrap_or_else(|error| panic!("{:?} does not understand\n{sql}\n{error}", db.engine()));
    }
}

async fn every_statement_of_the_ledger_is_understood(place: Place) {
    let _ledger = place.ledger().await;
    for (schema, statements) in [
        ("ledger", infra::event_store::STATEMENTS),
        ("keys", infra::keys::STATEMENTS),
    ] {
        prepare(
            &connect(&place.url, schema, Durability::Full, 1).await.unwrap(),
            statements,
        )
        .await;
    }
}

async fn every_statement_of_the_checkpoints_is_understood(place: Place) {
    use infra::subscription::checkpoint;
    let namespace = Views::open(&place.url)
        .await
        .unwrap()
        .current("dashboard")
        .await
        .unwrap();
    infra::on_db!(&namespace.db, c => c.execute(checkpoint::CHECKPOINT_DDL).await.map(|_| ())).unwrap();
    prepare(&namespace.db, checkpoint::STATEMENTS).await;
}
