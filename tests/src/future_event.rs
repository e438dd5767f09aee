//! An event of a type that only a newer version of the program knows.

use infra::event_store::{Append, Appended, NewEvent, Position, StreamId};
use infra::ledger::Ledger;

/// Appends such an event to a call's stream.
///
/// # Panics
/// When the ledger cannot be used.
pub async fn append_future_event(ledger: &Ledger, call: &str) -> Position {
    let stream = StreamId::call(call);
    let store = ledger.store();
    let expected = store.read_stream(&stream, 0).await.expect("the stream").len();
    let append = Append {
        stream,
        expected: i64::try_from(expected).expect("few events"),
        events: vec![NewEvent {
            event_type: "CallTeleported".into(),
            event_version: "1.0".into(),
            payload: r#"{"CallTeleported":{"at":1774620000000000}}"#.into(),
            metadata: r#"{"tenant":"default","actor":"import","correlation_id":"c"}"#.into(),
        }],
        command_key: None,
        opened: Vec::new(),
    };
    match store.append(append).await.expect("appends") {
        Appended::Committed { position, .. } => position,
        other => panic!("not committed: {other:?}"),
    }
}
