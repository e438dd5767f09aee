//! The contract of the event store: the same suite on SQLite and on PostgreSQL.

mod append_only;
mod contract;
mod cqrs_es;

use harness::test_stores::TestStores;
use infra::clock::{SharedClock, SystemClock};
use infra::event_store::{Append, Appended, EventStore, NewEvent, Position, StreamId};
use std::sync::Arc;

async fn open(stores: &TestStores) -> EventStore {
    open_at(stores, Arc::new(SystemClock)).await
}

async fn open_at(stores: &TestStores, clock: SharedClock) -> EventStore {
    EventStore::open(&stores.url, clock).await.expect("the store opens")
}

fn event(payload: &str) -> NewEvent {
    NewEvent {
        event_type: "CallRinging".into(),
        event_version: "1.0".into(),
        payload: payload.into(),
        metadata: r#"{"tenant":"default","actor":"import","correlation_id":"c"}"#.into(),
    }
}

fn append(stream: &str, expected: i64, events: usize) -> Append {
    Append {
        stream: StreamId::call(stream),
        expected,
        events: (0..events)
            .map(|i| event(&format!(r#"{{"CallRinging":{{"n":{i}}}}}"#)))
            .collect(),
        command_key: None,
        opened: Vec::new(),
    }
}

fn with_key(append: Append, key: &str) -> Append {
    Append {
        command_key: Some(key.into()),
        ..append
    }
}

fn position(appended: &Appended) -> Position {
    match appended {
        Appended::Committed { position, .. } => *position,
        other => panic!("not committed: {other:?}"),
    }
}
