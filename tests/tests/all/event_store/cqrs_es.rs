//! The stores of the cqrs-es family read our streams unchanged.

use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use cqrs_es::{AggregateContext as _, EventStore as _};
use domain::call::Call;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::db::{Db, Durability, connect};

on_both_engines!(cqrs_es_stores_load_our_streams);

async fn cqrs_es_stores_load_our_streams(stores: TestStores) {
    let ledger = stores.ledger().await;
    let ours = crate::ledger::start_a_call(&ledger, "CA1").await.state;
    match connect(&stores.url, "ledger", Durability::Full, 1).await.unwrap() {
        Db::Sqlite(pool) => assert_same_call(sqlite_es::SqliteEventRepository::new(pool), &ours).await,
        Db::Postgres(pool) => assert_same_call(postgres_es::PostgresEventRepository::new(pool), &ours).await,
    }
}

/// Without keys, their stores read sealed values; everything else is equal, event by event.
async fn assert_same_call(repository: impl PersistedEventRepository + 'static, ours: &Call) {
    let store = PersistedEventStore::<_, Call>::new_event_store(repository);
    let events = store.load_events("CA1").await.expect("their store reads our events");
    assert!(!events.is_empty());
    assert_eq!(events[0].metadata["actor"], "twilio");
    let mut context = store.load_aggregate("CA1").await.expect("their store folds our events");
    assert_eq!(context.aggregate().status(), ours.status());
    assert_eq!(context.aggregate().legs.len(), ours.legs.len());
}
