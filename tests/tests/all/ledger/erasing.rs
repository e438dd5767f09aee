//! Erasure: the data key is destroyed, no personal value can be opened, and the history still lists every event.

use super::{at, by_twilio, by_user, note, said, start_a_call};
use domain::call::command::CallCommand;
use domain::call::{Call, CallEvent};
use domain::ledger::LedgerEvent;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::clock::TestClock;
use infra::event_store::{Event, Recorded, StreamId};

on_both_engines!(
    erased_call_keeps_its_history_without_personal_values,
    other_calls_are_not_erased,
    later_event_of_an_erased_call_is_erased_at_once,
    erasure_survives_a_restart,
    destroying_again_keeps_the_time_and_does_nothing,
);

fn erase() -> CallCommand {
    CallCommand::Erase {
        at: at(500),
        ground: "request 17".into(),
        by: "u1".into(),
    }
}

async fn erased_call(stores: &TestStores) -> infra::ledger::Ledger {
    let ledger = stores.ledger().await;
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

async fn erased_call_keeps_its_history_without_personal_values(stores: TestStores) {
    let ledger = erased_call(&stores).await;
    let history = ledger.history_with_params(&StreamId::call("CA1")).await.unwrap();
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

async fn other_calls_are_not_erased(stores: TestStores) {
    let ledger = erased_call(&stores).await;
    let history = ledger.history(&StreamId::call("CA2")).await.unwrap();
    assert_eq!(words(&history), [Some(super::WORDS.to_owned())]);
}

async fn later_event_of_an_erased_call_is_erased_at_once(stores: TestStores) {
    let ledger = erased_call(&stores).await;
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
    assert!(
        refused.is_err(),
        "a user cannot write a personal value to an erased call"
    );
}

async fn erasure_survives_a_restart(stores: TestStores) {
    drop(erased_call(&stores).await);
    let ledger = stores.ledger().await;
    assert_eq!(words(&ledger.history(&StreamId::call("CA1")).await.unwrap()), [None]);
    assert_eq!(
        words(&ledger.history(&StreamId::call("CA2")).await.unwrap()),
        [Some(super::WORDS.to_owned())]
    );
}

/// SQLite keeps deleted content in the file until it is overwritten, unless each connection enables secure delete.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroyed_keys_are_in_no_file() {
    let stores = TestStores::sqlite().await;
    let ledger = stores.ledger().await;
    let calls: Vec<_> = (0..24).map(|n| format!("CA{n}")).collect();
    for call in &calls {
        start_a_call(&ledger, call).await;
    }
    let keys = infra::db::connect(&stores.url, "keys", infra::db::Durability::Full, 1)
        .await
        .unwrap();
    let wrapped: Vec<String> = infra::on_db!(&keys, c => sqlx::query_scalar("select wrapped from data_keys")
        .fetch_all(c)
        .await)
    .unwrap();
    assert_eq!(wrapped.len(), calls.len());
    keys.close().await;
    let held = || {
        let infra::db::DatabaseUrl::Folder(folder) = &stores.url else {
            unreachable!("the stores are SQLite")
        };
        let files = ["keys.db", "keys.db-wal"].map(|file| std::fs::read(folder.join(file)).unwrap_or_default());
        let bytes = files.concat();
        let holds = |key: &&String| bytes.windows(key.len()).any(|window| window == key.as_bytes());
        wrapped.iter().filter(holds).count()
    };
    assert_eq!(held(), calls.len(), "the wrapped keys are in the file");
    let streams: Vec<_> = calls.iter().map(|call| StreamId::call(call.as_str())).collect();
    let destroyed = streams.iter().map(|stream| ledger.destroy_key(stream));
    for outcome in futures::future::join_all(destroyed).await {
        outcome.unwrap();
    }
    assert_eq!(held(), 0, "destroyed keys are still in the file");
}

/// When the values were destroyed is evidence: erasing again, also after a restart, must not move it.
async fn destroying_again_keeps_the_time_and_does_nothing(stores: TestStores) {
    let clock = TestClock::at(at(1_000));
    let stream = StreamId::call("CA1");
    let destroyed_at = async || -> i64 {
        let keys = infra::db::connect(&stores.url, "keys", infra::db::Durability::Full, 1)
            .await
            .unwrap();
        let sql = "select destroyed_at from data_keys where aggregate_id = 'CA1'";
        infra::on_db!(&keys, c => sqlx::query_scalar(sql).fetch_one(c).await).unwrap()
    };
    let open = || infra::ledger::Ledger::open(stores.options(clock.clone()));
    let ledger = open().await.unwrap();
    start_a_call(&ledger, "CA1").await;
    assert!(ledger.destroy_key(&stream).await.unwrap().is_new, "destroyed now");
    assert_eq!(ledger.keys_to_destroy(std::slice::from_ref(&stream)).await.unwrap(), []);
    let first = destroyed_at().await;
    clock.advance_seconds(3_600);
    assert!(!ledger.destroy_key(&stream).await.unwrap().is_new, "destroyed before");
    drop(ledger);
    let ledger = open().await.unwrap();
    assert_eq!(
        ledger.keys_to_destroy(std::slice::from_ref(&stream)).await.unwrap(),
        [],
        "after a restart"
    );
    assert!(
        !ledger.destroy_key(&stream).await.unwrap().is_new,
        "destroyed before the restart"
    );
    assert_eq!(destroyed_at().await, first);
    // The log says when, once.
    let read = ledger.read_all(0, 100).await.unwrap();
    let recorded: Vec<_> = read
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::Ledger(LedgerEvent::DataKeyDestroyed { at, aggregate_id, .. }) => {
                Some((at.as_micros(), aggregate_id.as_str()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(recorded, [(first, "CA1")]);
    // A key that comes back with an older backup is destroyed again.
    let keys = infra::db::connect(&stores.url, "keys", infra::db::Durability::Full, 1)
        .await
        .unwrap();
    let revive = "update data_keys set wrapped = 'an older key', destroyed_at = null where aggregate_id = 'CA1'";
    infra::on_db!(&keys, c => sqlx::query(revive).execute(c).await.map(|_| ())).unwrap();
    assert_eq!(
        ledger
            .keys_to_destroy(std::slice::from_ref(&stream))
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(ledger.destroy_key(&stream).await.unwrap().is_new);
}

/// A reader of the key store keeps SQLite from moving its write-ahead log; the destruction waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destruction_waits_for_a_reader_and_leaves_no_key_in_the_files() {
    let stores = TestStores::sqlite().await;
    let infra::db::DatabaseUrl::Folder(folder) = &stores.url else {
        unreachable!("the stores are SQLite")
    };
    let ledger = stores.ledger().await;
    start_a_call(&ledger, "CA1").await;
    let keys = infra::db::connect(&stores.url, "keys", infra::db::Durability::Full, 1)
        .await
        .unwrap();
    let infra::db::Db::Sqlite(pool) = &keys else {
        unreachable!("the stores are SQLite")
    };
    let mut reader = pool.begin().await.unwrap();
    let wrapped: String = sqlx::query_scalar("select wrapped from data_keys where aggregate_id = 'CA1'")
        .fetch_one(&mut *reader)
        .await
        .unwrap();
    let destroying = tokio::spawn(async move { ledger.destroy_key(&StreamId::call("CA1")).await });
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    assert!(!destroying.is_finished(), "the reader still sees the key");
    reader.rollback().await.unwrap();
    assert!(destroying.await.unwrap().unwrap().is_new);
    for file in ["keys.db", "keys.db-wal"] {
        let bytes = std::fs::read(folder.join(file)).unwrap_or_default();
        let found = bytes.windows(wrapped.len()).any(|window| window == wrapped.as_bytes());
        assert!(!found, "{file} contains the destroyed key");
    }
}
