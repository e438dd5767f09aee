//! The stores of the cqrs-es family read our streams unchanged.

use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use cqrs_es::{AggregateContext as _, EventStore as _};
use domain::call::Call;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::db::{Db, Durability, connect};

on_both_engines!(their_stores_load_a_call_that_we_wrote);

async fn their_stores_load_a_call_that_we_wrote(stores: TestStores) {
    let ledger = stores.ledger().await;
    let ours = crate::ledger::start_a_call(&ledger, "CA1").await.state;
    match connect(&stores.url, "ledger", Durability::Full, 1).await.unwrap() {
        Db::Sqlite(pool) => agrees(sqlite_es::SqliteEventRepository::new(pool), &ours).await,
        Db::Postgres(pool) => agrees(postgres_es::PostgresEventRepository::new(pool), &ours).await,
    }
}

/// Without keys they see sealed values; everything else is the same, event for event.
async fn agrees(repository: impl PersistedEventRepository + 'static, ours: &Call) {
    let store = PersistedEventStore::<_, Call>::new_event_store(repository);
    let events = store.load_events("CA1").await.expect("their store reads our events");
    assert!(!events.is_empty());
    assert_eq!(events[0].metadata["actor"], "twilio");
    let mut context = store.load_aggregate("CA1").await.expect("their store folds our events");
    assert_eq!(context.aggregate().status(), ours.status());
    assert_eq!(context.aggregate().legs.len(), ours.legs.len());
}
