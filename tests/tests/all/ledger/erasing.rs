//! Erasing: the key is gone, nothing opens any more, the history still lists every event.

use super::{at, by_twilio, by_user, note, said, start_a_call};
use domain::call::command::CallCommand;
use domain::call::{Call, CallEvent};
use harness::on_both_engines;
use harness::place::Place;
use infra::event_store::{Event, Recorded, StreamId};

on_both_engines!(
    an_erased_call_keeps_its_history_and_no_personal_value,
    another_call_is_not_touched,
    what_comes_after_is_erased_at_once,
    erasing_survives_a_restart,
);

fn erase() -> CallCommand {
    CallCommand::Erase {
        at: at(500),
        ground: "request 17".into(),
        by: "u1".into(),
    }
}

async fn erased_call(place: &Place) -> infra::ledger::Ledger {
    let ledger = place.ledger().await;
    for call in ["CA1", "CA2"] {
        start_a_call(&ledger, call).await;
        ledger
            .execute::<Call>(call, said(2, super::WORDS), by_twilio(&format!("words {call}")))
            .await
            .unwrap();
    }
    ledger.execute::<Call>("CA1", erase(), by_user()).await.unwrap();
    ledger.destroy_key(&StreamId::call("CA1")).await.unwrap();
    ledger
}

fn words(history: &[Recorded]) -> Vec<Option<String>> {
    let texts = history.iter().filter_map(|recorded| match &recorded.event {
        Event::Call(CallEvent::CallerTurn { text, .. }) => Some(text.text().map(str::to_owned)),
        _ => None,
    });
    texts.collect()
}

async fn an_erased_call_keeps_its_history_and_no_personal_value(place: Place) {
    let ledger = erased_call(&place).await;
    let history = ledger.history(&StreamId::call("CA1")).await.unwrap();
    assert_eq!(history.last().unwrap().event_type, "CallErased");
    assert_eq!(words(&history), [None]);
    assert!(history[0].metadata.params.as_ref().unwrap().known().is_none());
    let shown = format!("{:?}", ledger.state::<Call>("CA1").await.unwrap());
    assert!(!shown.contains("Known"), "{shown}");
    let read = ledger.read_all(0, 1_000).await.unwrap();
    assert!(
        read.iter()
            .all(|event| !matches!(event.event, Event::Unreadable { .. }))
    );
}

async fn another_call_is_not_touched(place: Place) {
    let ledger = erased_call(&place).await;
    let history = ledger.history(&StreamId::call("CA2")).await.unwrap();
    assert_eq!(words(&history), [Some(super::WORDS.to_owned())]);
}

async fn what_comes_after_is_erased_at_once(place: Place) {
    let ledger = erased_call(&place).await;
    ledger
        .execute::<Call>("CA1", said(9, "one more thing"), by_twilio("late"))
        .await
        .unwrap();
    let history = ledger.history(&StreamId::call("CA1")).await.unwrap();
    assert!(words(&history).iter().all(Option::is_none));
    let raw = ledger.store().read_stream(&StreamId::call("CA1"), 0).await.unwrap();
    let late = raw.iter().rfind(|event| event.event_type == "CallerTurn").unwrap();
    assert!(late.payload.contains(r#"{"erased":true}"#), "{}", late.payload);
    let refused = ledger.execute::<Call>("CA1", note("she said"), by_user()).await;
    assert!(refused.is_err(), "people write no personal value to an erased call");
}

async fn erasing_survives_a_restart(place: Place) {
    drop(erased_call(&place).await);
    let ledger = place.ledger().await;
    assert_eq!(words(&ledger.history(&StreamId::call("CA1")).await.unwrap()), [None]);
    assert_eq!(
        words(&ledger.history(&StreamId::call("CA2")).await.unwrap()),
        [Some(super::WORDS.to_owned())]
    );
}
