//! Order, density, concurrency, idempotency.

use super::{append, event, open, open_at, position, with_key};
use domain::Timestamp;
use futures::future::join_all;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::clock::TestClock;
use infra::event_store::{Append, Appended, StoreError, StreamId};

on_both_engines!(
    positions_are_dense_and_in_commit_order,
    stream_is_read_in_order,
    repeated_command_changes_nothing,
    concurrent_commands_with_one_key_write_once,
    wrong_expected_sequence_is_a_conflict_with_the_actual_one,
    conflict_does_not_fail_other_appends,
    reader_never_sees_a_gap,
    payload_is_stored_byte_for_byte,
    recorded_at_never_decreases,
    name_with_control_characters_is_refused,
    append_without_events_is_refused,
    name_over_its_length_is_refused_and_at_its_length_stored,
    reopened_store_continues_at_its_head,
    empty_log_has_head_zero,
);

/// Every length around the limit, in characters of one to four bytes.
async fn name_over_its_length_is_refused_and_at_its_length_stored(stores: TestStores) {
    let store = open(&stores).await;
    let mut stored = 0;
    for letter in ["a", "é", "€", "𝄞"] {
        for (field, max) in [
            ("aggregate_type", 64),
            ("aggregate_id", 255),
            ("event_type", 64),
            ("event_version", 64),
        ] {
            for length in [max, max + 1] {
                let name = letter.repeat(length);
                let mut append = append("CA1", 0, 1);
                match field {
                    "aggregate_type" => append.stream.aggregate_type = name,
                    "aggregate_id" => append.stream.aggregate_id = name,
                    "event_type" => append.events[0].event_type = name,
                    _ => append.events[0].event_version = name,
                }
                if append.stream.aggregate_id == "CA1" {
                    append.stream.aggregate_id = format!("{letter}{field}");
                }
                let outcome = store.append(append).await;
                if length > max {
                    let error = outcome.expect_err("refused").to_string();
                    assert!(error.contains(field), "{error}");
                } else {
                    outcome.expect("stored");
                    stored += 1;
                }
            }
        }
    }
    assert_eq!(store.head().await.unwrap(), stored);
}

async fn empty_log_has_head_zero(stores: TestStores) {
    let store = open(&stores).await;
    assert_eq!(store.head().await.unwrap(), 0);
    assert!(store.read_all(0, 10).await.unwrap().is_empty());
}

async fn positions_are_dense_and_in_commit_order(stores: TestStores) {
    let store = open(&stores).await;
    let appends = (0..200).map(|i| {
        let store = store.clone();
        async move { store.append(append(&format!("CA{i}"), 0, 1 + i % 3)).await.unwrap() }
    });
    let mut ends: Vec<i64> = join_all(appends).await.iter().map(position).collect();
    let events = store.read_all(0, 10_000).await.unwrap();
    let total: usize = (0..200).map(|i| 1 + i % 3).sum();
    assert_eq!(events.len(), total);
    assert!(
        events
            .iter()
            .map(|event| event.position)
            .eq(1..=i64::try_from(total).unwrap())
    );
    ends.sort_unstable();
    ends.dedup();
    assert_eq!(ends.len(), 200, "each append has its own position");
    assert_eq!(store.head().await.unwrap(), i64::try_from(total).unwrap());
}

async fn stream_is_read_in_order(stores: TestStores) {
    let store = open(&stores).await;
    store.append(append("CA1", 0, 2)).await.unwrap();
    store.append(append("CA2", 0, 1)).await.unwrap();
    store.append(append("CA1", 2, 3)).await.unwrap();
    let stream = StreamId::call("CA1");
    let sequences: Vec<i64> = store
        .read_stream(&stream, 0)
        .await
        .unwrap()
        .iter()
        .map(|event| event.sequence)
        .collect();
    assert_eq!(sequences, [1, 2, 3, 4, 5]);
    assert_eq!(store.read_stream(&stream, 3).await.unwrap().len(), 2);
}

async fn repeated_command_changes_nothing(stores: TestStores) {
    let store = open(&stores).await;
    let first = store.append(with_key(append("CA1", 0, 2), "token")).await.unwrap();
    let again = store.append(with_key(append("CA1", 2, 1), "token")).await.unwrap();
    assert_eq!(
        again,
        Appended::Duplicate {
            position: position(&first)
        }
    );
    assert_eq!(store.head().await.unwrap(), 2);
    assert_eq!(store.command_position("token").await.unwrap(), Some(2));
    assert_eq!(store.command_position("another").await.unwrap(), None);
}

async fn concurrent_commands_with_one_key_write_once(stores: TestStores) {
    let store = open(&stores).await;
    let both = join_all((0..20).map(|i| store.append(with_key(append(&format!("CA{i}"), 0, 1), "token")))).await;
    let committed = both
        .iter()
        .filter(|a| matches!(a, Ok(Appended::Committed { .. })))
        .count();
    assert_eq!(committed, 1);
    assert_eq!(store.head().await.unwrap(), 1);
}

async fn wrong_expected_sequence_is_a_conflict_with_the_actual_one(stores: TestStores) {
    let store = open(&stores).await;
    store.append(append("CA1", 0, 3)).await.unwrap();
    for expected in [0, 2, 4] {
        let appended = store.append(append("CA1", expected, 1)).await.unwrap();
        assert_eq!(appended, Appended::Conflict { actual: 3 });
    }
    assert_eq!(
        store.append(append("CA2", 1, 1)).await.unwrap(),
        Appended::Conflict { actual: 0 }
    );
    assert_eq!(store.head().await.unwrap(), 3);
}

async fn conflict_does_not_fail_other_appends(stores: TestStores) {
    let store = open(&stores).await;
    store.append(append("CA0", 0, 1)).await.unwrap();
    let appends = join_all((0..50).map(|i| {
        let wrong = i % 2 == 1;
        store.append(append(
            if wrong { "CA0" } else { ["CAa", "CAb"][i / 2 % 2] },
            if wrong { 7 } else { 0 },
            1,
        ))
    }))
    .await;
    let committed = appends
        .iter()
        .filter(|a| matches!(a, Ok(Appended::Committed { .. })))
        .count();
    assert_eq!(committed, 2, "CAa and CAb were each created once");
    assert!(appends.iter().all(Result::is_ok));
}

async fn reader_never_sees_a_gap(stores: TestStores) {
    let store = open(&stores).await;
    let reader = {
        let store = store.clone();
        tokio::spawn(async move {
            let mut seen = 0;
            while seen < 2_000 {
                // `read_all` itself reports a gap; its result must continue after the previous one.
                for event in store.read_all(seen, 77).await.expect("a dense run") {
                    assert_eq!(event.position, seen + 1);
                    seen = event.position;
                }
            }
        })
    };
    let writers = (0..40).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for sequence in 0..50 {
                store.append(append(&format!("CA{writer}"), sequence, 1)).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    reader.await.unwrap();
}

async fn payload_is_stored_byte_for_byte(stores: TestStores) {
    let store = open(&stores).await;
    let odd = "{ \"b\" : 1.10,\n\t\"a\":\"\\u00e9 é 🙂 \\u0000\", \"b\" : 2 }";
    let events = vec![event(odd)];
    store
        .append(Append {
            events,
            ..append("CA1", 0, 1)
        })
        .await
        .unwrap();
    assert_eq!(store.read_all(0, 1).await.unwrap()[0].payload, odd);
}

async fn recorded_at_never_decreases(stores: TestStores) {
    let clock = TestClock::at(Timestamp::from_seconds(1_000));
    let store = open_at(&stores, clock.clone()).await;
    store.append(append("CA1", 0, 1)).await.unwrap();
    clock.set(Timestamp::from_seconds(10));
    store.append(append("CA1", 1, 1)).await.unwrap();
    clock.set(Timestamp::from_seconds(2_000));
    store.append(append("CA1", 2, 1)).await.unwrap();
    let times: Vec<i64> = store
        .read_all(0, 9)
        .await
        .unwrap()
        .iter()
        .map(|event| event.recorded_at / 1_000_000)
        .collect();
    assert_eq!(times, [1_000, 1_000, 2_000]);
}

async fn name_with_control_characters_is_refused(stores: TestStores) {
    let store = open(&stores).await;
    for name in ["CA1\nCA2", "CA\0", "CA\u{7f}"] {
        assert!(matches!(
            store.append(append(name, 0, 1)).await,
            Err(StoreError::ControlCharacter)
        ));
    }
    assert_eq!(store.head().await.unwrap(), 0);
}

async fn append_without_events_is_refused(stores: TestStores) {
    let store = open(&stores).await;
    assert!(matches!(
        store.append(append("CA1", 0, 0)).await,
        Err(StoreError::Empty)
    ));
}

async fn reopened_store_continues_at_its_head(stores: TestStores) {
    let store = open(&stores).await;
    store.append(with_key(append("CA1", 0, 3), "token")).await.unwrap();
    drop(store);
    let store = open(&stores).await;
    let again = store.append(with_key(append("CA1", 3, 1), "token")).await.unwrap();
    assert_eq!(again, Appended::Duplicate { position: 3 });
    assert_eq!(position(&store.append(append("CA1", 3, 1)).await.unwrap()), 4);
}
