//! One bad row stops no reader: what cannot be read of an event parks its stream, and the others go on.

use super::{TestEnv, another};
use crate::ledger::{by_user, note};
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::db::{Durability, connect};
use infra::event_store::{Append, Event, NewEvent, StreamId};
use projections::RebuildOptions;

on_both_engines!(
    unreadable_row_parks_its_stream_and_no_other,
    rebuild_parks_what_following_parks,
);

/// Data keys that do not open, or open to another key, or are not there.
const BAD_KEYS: [&str; 4] = [
    "update data_keys set wrapped = 'AAAA' where aggregate_id = 'CA1'",
    "update data_keys set wrapped = (select wrapped from data_keys k where k.aggregate_id = 'CA0')
      where aggregate_id = 'CA1'",
    "update data_keys set wrapped = 'not base64!' where aggregate_id = 'CA1'",
    "delete from data_keys where aggregate_id = 'CA1'",
];

/// Metadata and payloads that this version does not understand.
const BAD_EVENTS: [(&str, &str, &str); 5] = [
    (
        "CallRinging",
        "1.0",
        r#"{"tenant":"default","actor":"robot:7","correlation_id":"c"}"#,
    ),
    ("CallRinging", "1.0", r#"{"tenant":"default","correlation_id":"c"}"#),
    (
        "CallRinging",
        "1.0",
        r#"{"tenant":"default","actor":["twilio"],"correlation_id":"c"}"#,
    ),
    (
        "CallTeleported",
        "1.0",
        r#"{"tenant":"default","actor":"twilio","correlation_id":"c"}"#,
    ),
    (
        "CallRinging",
        "9.0",
        r#"{"tenant":"default","actor":"twilio","correlation_id":"c"}"#,
    ),
];

async fn spoil_key(stores: &TestStores, statement: &str) {
    let keys = connect(&stores.url, "keys", Durability::Full, 1).await.unwrap();
    infra::on_db!(&keys, c => sqlx::query(statement).execute(c).await.map(|_| ())).unwrap();
    keys.close().await;
}

/// Appends an event to CA1 that this version cannot read. Returns its position.
async fn append_bad_event(env: &TestEnv, (event_type, version, metadata): (&str, &str, &str)) -> i64 {
    let stream = StreamId::call("CA1");
    let (expected, _) = env.ledger.store().last_of(&stream).await.unwrap().expect("a stream");
    let append = Append {
        stream,
        expected,
        events: vec![NewEvent {
            event_type: event_type.into(),
            event_version: version.into(),
            payload: format!(r#"{{"{event_type}":{{"unknown":true}}}}"#),
            metadata: metadata.into(),
        }],
        command_key: None,
        opened: Vec::new(),
    };
    env.ledger.store().append(append).await.unwrap();
    env.ledger.head().await.unwrap()
}

async fn unreadable_row_parks_its_stream_and_no_other(stores: TestStores) {
    for bad_key in BAD_KEYS {
        let stores = another(&stores).await;
        let env = TestEnv::open(&stores).await;
        env.call("CA0").await;
        env.call("CA1").await;
        let first = first_sealed(&env, "CA1").await;
        drop(env);
        // Opened before the key is spoiled: a start with a missing key is refused.
        let env = TestEnv::open(&stores).await;
        spoil_key(&stores, bad_key).await;
        assert_others_go_on(&env, first, bad_key).await;
    }
    for bad_event in BAD_EVENTS {
        let stores = another(&stores).await;
        let env = TestEnv::open(&stores).await;
        env.call("CA0").await;
        env.call("CA1").await;
        let bad = append_bad_event(&env, bad_event).await;
        assert_others_go_on(&env, bad, &format!("{bad_event:?}")).await;
    }
}

async fn first_sealed(env: &TestEnv, call: &str) -> i64 {
    let events = env.ledger.store().read_stream(&StreamId::call(call), 0).await.unwrap();
    let sealed = events.iter().find(|event| event.payload.contains("sealed"));
    sealed.expect("a sealed value").position
}

async fn assert_others_go_on(env: &TestEnv, bad: i64, case: &str) {
    let following = env.models.follow();
    let last = env.call("CA2").await;
    env.wait_for_position(last).await;
    let other = env.models.call_log().call("default", "CA2").await.unwrap().unwrap();
    assert_eq!(other.status, "completed", "{case}");
    let status = env.models.status().await.unwrap();
    let call_log = status.iter().find(|status| status.model == "call_log").unwrap();
    assert_eq!((call_log.parked_streams, call_log.lag), (1, 0), "{case}");
    assert_eq!(call_log.first_dead_letter, Some(bad), "{case}");
    // Every event of the log can be read, and the bad one says why it cannot be understood.
    let read = env.ledger.read_all(0, 1_000).await.unwrap();
    let unreadable = |event: &Event| matches!(event, Event::Unreadable { .. });
    assert_eq!(i64::try_from(read.len()).unwrap(), last, "{case}");
    assert!(
        read.iter()
            .any(|event| event.position == bad && unreadable(&event.event)),
        "{case}"
    );
    let history = env.ledger.history_with_params(&StreamId::call("CA1")).await.unwrap();
    assert!(history.iter().any(|event| unreadable(&event.event)), "{case}");
    // Nothing is decided on a state that is not known.
    let refused = env
        .ledger
        .execute::<domain::call::Call>("CA1", note("late"), by_user())
        .await;
    assert!(refused.is_err(), "{case}");
    following.stop().await;
}

async fn rebuild_parks_what_following_parks(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    let following = env.models.follow();
    env.call("CA1").await;
    let bad = append_bad_event(&env, BAD_EVENTS[0]).await;
    env.wait_for_position(env.call("CA2").await).await;
    following.stop().await;
    let before = env.rows("call_log").await;
    let switch = RebuildOptions {
        compare: false,
        switch: true,
    };
    // As many dead letters as the live model has.
    let report = env.models.rebuild("dashboard", switch).await.unwrap();
    assert_eq!((report.switched, report.parked), (true, 1));
    // One more event that cannot be read: a person has to accept that.
    env.damage("call_log", "delete from dead_letters").await;
    let refused = env.models.rebuild("call_log", switch).await.expect_err("refused");
    assert!(refused.to_string().contains(&format!("event {bad}")), "{refused}");
    assert_eq!(env.rows("call_log").await, before);
    let begun = env.models.begin_rebuild("call_log").await.unwrap();
    let report = begun.accepting_dead_letters().run(switch).await.unwrap();
    assert_eq!((report.switched, report.parked), (true, 1));
    let following = env.models.follow();
    env.wait_for_position(env.call("CA3").await).await;
    let call = env.models.call_log().call("default", "CA3").await.unwrap().unwrap();
    assert_eq!(call.status, "completed");
    following.stop().await;
}
