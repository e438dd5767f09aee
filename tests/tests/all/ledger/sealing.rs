//! What lies in the log shows no personal value; what comes out of it is what went in.

use super::{CALLER, WORDS, by_twilio, said, start_a_call};
use domain::call::{Call, CallEvent};
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::db::DatabaseUrl;
use infra::event_store::{Event, Recorded, StreamId};

on_both_engines!(
    no_row_of_the_log_shows_a_number_or_a_word,
    what_was_sealed_reads_back_as_it_was_said,
    a_value_sealed_for_one_event_does_not_open_in_another,
);

async fn no_row_of_the_log_shows_a_number_or_a_word(stores: TestStores) {
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
                assert!(!found, "{} holds a personal value", file.display());
            }
        }
    }
}

async fn what_was_sealed_reads_back_as_it_was_said(stores: TestStores) {
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

/// Somebody with write access to a copy of the log moves a sealed value to another event: it is noticed.
async fn a_value_sealed_for_one_event_does_not_open_in_another(stores: TestStores) {
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
    let copy = TestStores::sqlite().await;
    let forged = infra::event_store::Append {
        stream: StreamId::call("CA1"),
        expected: 0,
        events: vec![infra::event_store::NewEvent {
            event_type: moved.event_type.clone(),
            event_version: moved.event_version.clone(),
            payload: moved.payload.clone(),
            metadata: moved.metadata.clone(),
        }],
        command_key: None,
        opened: Vec::new(),
    };
    let mut options = stores.options(std::sync::Arc::new(infra::clock::SystemClock));
    drop(ledger);
    options.database = copy.url.clone();
    let forged_ledger = infra::ledger::Ledger::open(options).await.unwrap();
    forged_ledger.store().append(forged).await.unwrap();
    let history = forged_ledger.history(&StreamId::call("CA1")).await.unwrap();
    let [
        Recorded {
            event: Event::Unreadable { .. },
            ..
        },
    ] = &history[..]
    else {
        panic!("a value opened where it does not belong: {history:?}");
    };
}
