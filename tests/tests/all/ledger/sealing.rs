//! The stored log contains no personal value in plain text, and reading it returns the original values.

use super::{CALLER, WORDS, by_twilio, said, start_a_call};
use domain::call::{Call, CallEvent};
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::db::DatabaseUrl;
use infra::event_store::{Event, StreamId};

on_both_engines!(
    stored_log_contains_no_personal_value,
    sealed_text_is_read_back_unchanged,
    value_sealed_for_one_event_does_not_open_in_another,
);

async fn stored_log_contains_no_personal_value(stores: TestStores) {
    let ledger = stores.ledger().await;
    start_a_call(&ledger, "CA1").await;
    ledger
        .execute::<Call>("CA1", said(2, WORDS), by_twilio("words"))
        .await
        .unwrap();
    for event in ledger.store().read_all(0, 100).await.unwrap() {
        for secret in [CALLER, "2125550123", "Featherstonehaugh", "grandmother"] {
            assert!(!event.payload.contains(secret), "{}", event.payload);
            assert!(!event.metadata.contains(secret), "{}", event.metadata);
        }
    }
    if let DatabaseUrl::Folder(folder) = &stores.url {
        for entry in std::fs::read_dir(folder).unwrap() {
            let file = entry.unwrap().path();
            let bytes = std::fs::read(&file).unwrap();
            for secret in [CALLER, "Featherstonehaugh"] {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{} contains a personal value", file.display());
            }
        }
    }
}

async fn sealed_text_is_read_back_unchanged(stores: TestStores) {
    let ledger = stores.ledger().await;
    let words = "“Ünïcode”, \"quotes\", \\ and {\"personal\": \"look-alikes\"} 🙂";
    ledger
        .execute::<Call>("CA1", said(1, words), by_twilio("words"))
        .await
        .unwrap();
    drop(ledger);
    let ledger = stores.ledger().await;
    let history = ledger.history(&StreamId::call("CA1")).await.unwrap();
    let texts: Vec<&str> = history
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::Call(CallEvent::CallerTurn { text, .. }) => text.text(),
            _ => None,
        })
        .collect();
    assert_eq!(texts, [words]);
}

/// A sealed value that was moved to another event is rejected.
async fn value_sealed_for_one_event_does_not_open_in_another(stores: TestStores) {
    let ledger = stores.ledger().await;
    ledger
        .execute::<Call>("CA1", said(1, "yes"), by_twilio("1"))
        .await
        .unwrap();
    ledger
        .execute::<Call>("CA1", said(2, "no"), by_twilio("2"))
        .await
        .unwrap();
    let events = ledger.store().read_stream(&StreamId::call("CA1"), 0).await.unwrap();
    let moved = events.last().expect("events");
    assert!(moved.event_type == "CallerTurn" && moved.sequence > 1);
    let forged = infra::event_store::Append {
        stream: StreamId::call("CA1"),
        expected: moved.sequence,
        events: vec![infra::event_store::NewEvent {
            event_type: moved.event_type.clone(),
            event_version: moved.event_version.clone(),
            payload: moved.payload.clone(),
            metadata: moved.metadata.clone(),
        }],
        command_key: None,
        opened: Vec::new(),
    };
    drop(ledger);
    let ledger = stores.ledger().await;
    ledger.store().append(forged).await.unwrap();
    let history = ledger.history(&StreamId::call("CA1")).await.unwrap();
    let unreadable: Vec<i64> = history
        .iter()
        .filter(|recorded| matches!(recorded.event, Event::Unreadable { .. }))
        .map(|recorded| recorded.sequence)
        .collect();
    assert_eq!(
        unreadable,
        [moved.sequence + 1],
        "a moved value was opened: {history:?}"
    );
}
