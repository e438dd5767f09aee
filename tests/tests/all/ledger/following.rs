//! Subscriptions: every event, once, in order, from any position, across processes.

use super::{by_user, note, start_a_call};
use domain::call::Call;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::ledger::Ledger;
use std::sync::Arc;
use std::time::Duration;

on_both_engines!(
    subscriber_gets_every_event_once_in_order,
    subscriber_starts_at_any_position,
    subscriber_in_another_process_is_woken,
);

async fn collect(ledger: Ledger, after: i64, until: i64) -> Vec<i64> {
    let mut subscription = ledger.subscribe(after);
    let mut seen = Vec::new();
    while subscription.position() < until {
        let next = tokio::time::timeout(Duration::from_secs(20), subscription.next(64)).await;
        seen.extend(
            next.expect("events arrive")
                .expect("events are read")
                .iter()
                .map(|event| event.position),
        );
    }
    seen
}

async fn notes(ledger: &Ledger, count: usize) {
    for i in 0..count {
        ledger
            .execute::<Call>("CA1", note(&format!("note {i}")), by_user())
            .await
            .unwrap();
    }
}

async fn subscriber_gets_every_event_once_in_order(stores: TestStores) {
    let ledger = stores.ledger().await;
    let first = start_a_call(&ledger, "CA1").await.position;
    let readers: Vec<_> = (0..3)
        .map(|_| tokio::spawn(collect(ledger.clone(), 0, first + 100)))
        .collect();
    notes(&ledger, 100).await;
    for reader in readers {
        assert!(reader.await.unwrap().into_iter().eq(1..=first + 100));
    }
}

async fn subscriber_starts_at_any_position(stores: TestStores) {
    let ledger = stores.ledger().await;
    let first = start_a_call(&ledger, "CA1").await.position;
    notes(&ledger, 10).await;
    drop(ledger);
    // A new process has nothing in memory: it reads older events from the store and receives new ones.
    let ledger = stores.ledger().await;
    let reader = tokio::spawn(collect(ledger.clone(), first + 4, first + 20));
    notes(&ledger, 10).await;
    assert!(reader.await.unwrap().into_iter().eq(first + 5..=first + 20));
}

async fn subscriber_in_another_process_is_woken(stores: TestStores) {
    let writer = stores.ledger().await;
    let options = stores.options(Arc::new(infra::clock::SystemClock));
    let reader = match stores.try_ledger().await {
        Ok(second) => second,
        Err(_locked) => Ledger::open_read_only(options).await.unwrap(),
    };
    let first = start_a_call(&writer, "CA1").await.position;
    let reader = tokio::spawn(collect(reader, 0, first + 30));
    notes(&writer, 30).await;
    assert!(reader.await.unwrap().into_iter().eq(1..=first + 30));
}
