//! A command is executed exactly once, however often it is repeated and whichever process is faster.

use super::{by_twilio, by_user, inbound, note, said, start_a_call};
use domain::call::Call;
use domain::call::command::{CallCommand, CreateManually};
use domain::call::value::Direction;
use futures::future::join_all;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::event_store::{Metadata, StreamId};
use infra::ledger::{LedgerError, Outcome};

on_both_engines!(
    executed_command_is_durable,
    repeated_command_is_not_executed_again,
    refused_command_with_a_known_key_is_a_duplicate,
    refused_command_writes_nothing,
    command_without_new_information_writes_nothing,
    concurrent_commands_on_one_call_are_all_executed,
    ledgers_on_one_log_see_each_others_events,
    raw_parameters_are_stored_once_per_command,
    stream_belongs_to_the_tenant_of_its_first_event,
);

async fn executed_command_is_durable(stores: TestStores) {
    let ledger = stores.ledger().await;
    let executed = start_a_call(&ledger, "CA1").await;
    assert_eq!(executed.outcome, Outcome::Committed);
    let history = ledger.history(&StreamId::call("CA1")).await.unwrap();
    assert_eq!(history.len(), executed.events.len());
    assert_eq!(history.last().unwrap().position, executed.position);
    assert_eq!(
        ledger.state::<Call>("CA1").await.unwrap(),
        Some((executed.state, executed.position))
    );
    assert_eq!(ledger.state::<Call>("CA2").await.unwrap(), None);
}

async fn repeated_command_is_not_executed_again(stores: TestStores) {
    let ledger = stores.ledger().await;
    let first = start_a_call(&ledger, "CA1").await;
    let again = ledger
        .execute::<Call>("CA1", said(3, "again"), by_twilio("start CA1"))
        .await
        .unwrap();
    assert_eq!((again.outcome, again.position), (Outcome::Duplicate, first.position));
    assert_eq!(ledger.head().await.unwrap(), first.position);
    let of_command = ledger
        .events_of_command(&StreamId::call("CA1"), "start CA1")
        .await
        .unwrap();
    assert_eq!(of_command.len(), first.events.len());
}

async fn refused_command_with_a_known_key_is_a_duplicate(stores: TestStores) {
    let ledger = stores.ledger().await;
    let create: CallCommand = CreateManually {
        at: super::at(0),
        call_sid: "CA1".into(),
        direction: Direction::Inbound,
        from: super::CALLER.into(),
        to: "+15046366772".into(),
        caller_name: None,
        agent: None,
        number: None,
        outcome: None,
        duration_s: None,
        notes: None,
        by: "u1".into(),
    }
    .into();
    let key = by_user().with_key("create");
    let first = ledger
        .execute::<Call>("CA1", create.clone(), key.clone())
        .await
        .unwrap();
    let again = ledger.execute::<Call>("CA1", create.clone(), key).await.unwrap();
    assert_eq!((again.outcome, again.position), (Outcome::Duplicate, first.position));
    let without_key = ledger.execute::<Call>("CA1", create, by_user()).await;
    assert!(
        matches!(without_key, Err(LedgerError::Rejected(_))),
        "the call already exists"
    );
}

async fn refused_command_writes_nothing(stores: TestStores) {
    let ledger = stores.ledger().await;
    let before = ledger.head().await.unwrap();
    let refused = ledger.execute::<Call>("CA1", note("no such call"), by_user()).await;
    assert!(matches!(refused, Err(LedgerError::Rejected(_))));
    assert_eq!(ledger.head().await.unwrap(), before);
}

async fn command_without_new_information_writes_nothing(stores: TestStores) {
    let ledger = stores.ledger().await;
    let first = start_a_call(&ledger, "CA1").await;
    let again = ledger
        .execute::<Call>("CA1", inbound("CA1"), by_twilio("another token"))
        .await
        .unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);
    assert_eq!(ledger.head().await.unwrap(), first.position);
}

async fn concurrent_commands_on_one_call_are_all_executed(stores: TestStores) {
    let ledger = stores.ledger().await;
    start_a_call(&ledger, "CA1").await;
    let notes = (0..60).map(|i| {
        let ledger = ledger.clone();
        tokio::spawn(async move {
            ledger
                .execute::<Call>("CA1", note(&format!("note {i}")), by_user())
                .await
        })
    });
    for executed in join_all(notes).await {
        assert_eq!(executed.unwrap().unwrap().outcome, Outcome::Committed);
    }
    let history = ledger.history(&StreamId::call("CA1")).await.unwrap();
    assert_eq!(
        history
            .iter()
            .filter(|event| event.event_type == "CorrectionNoted")
            .count(),
        60
    );
}

/// On SQLite a second ledger is read-only. On PostgreSQL both write, and conflicting commands are decided again.
async fn ledgers_on_one_log_see_each_others_events(stores: TestStores) {
    let first = stores.ledger().await;
    start_a_call(&first, "CA1").await;
    let second = match stores.try_ledger().await {
        Ok(second) => second,
        Err(_locked) => {
            let clock = std::sync::Arc::new(infra::clock::SystemClock);
            let reader = infra::ledger::Ledger::open_read_only(stores.options(clock))
                .await
                .unwrap();
            first.execute::<Call>("CA1", note("first"), by_user()).await.unwrap();
            assert_eq!(
                reader
                    .history(&StreamId::call("CA1"))
                    .await
                    .unwrap()
                    .last()
                    .unwrap()
                    .event_type,
                "CorrectionNoted"
            );
            assert!(
                reader.execute::<Call>("CA1", note("second"), by_user()).await.is_err(),
                "the ledger is read-only"
            );
            return;
        }
    };
    for round in 0..10 {
        for (ledger, name) in [(&first, "first"), (&second, "second")] {
            let text = format!("{name} {round}");
            let executed = ledger.execute::<Call>("CA1", note(&text), by_user()).await.unwrap();
            assert_eq!(executed.outcome, Outcome::Committed);
        }
    }
    let history = first.history(&StreamId::call("CA1")).await.unwrap();
    assert!(
        history
            .iter()
            .map(|event| event.sequence)
            .eq(1..=i64::try_from(history.len()).unwrap())
    );
    assert_eq!(
        history
            .iter()
            .filter(|event| event.event_type == "CorrectionNoted")
            .count(),
        20
    );
    // A stale cache (here: no such stream) must not refuse a command that follows the other ledger's events.
    assert_eq!(second.state::<Call>("CA2").await.unwrap(), None);
    start_a_call(&first, "CA2").await;
    let noted = second
        .execute::<Call>("CA2", note("new here"), by_user())
        .await
        .unwrap();
    assert_eq!(noted.outcome, Outcome::Committed);
}

async fn raw_parameters_are_stored_once_per_command(stores: TestStores) {
    let ledger = stores.ledger().await;
    let executed = start_a_call(&ledger, "CA1").await;
    assert!(executed.events.len() > 1);
    let history = ledger.history_with_params(&StreamId::call("CA1")).await.unwrap();
    let params: Vec<bool> = history.iter().map(|event| event.metadata.params.is_some()).collect();
    assert!(params[0] && !params[1..].contains(&true), "{params:?}");
    let kept = history[0].metadata.params.clone().unwrap().into_known().unwrap();
    assert_eq!(kept["From"], [super::CALLER]);
}

async fn stream_belongs_to_the_tenant_of_its_first_event(stores: TestStores) {
    let of = |tenant: &str, key: &str| Metadata {
        tenant: tenant.into(),
        ..by_twilio(key)
    };
    let stream = StreamId::call("CA1");
    let ledger = stores.ledger().await;
    assert_eq!(ledger.tenant::<Call>("CA1").await.unwrap(), None);
    let begun = ledger
        .execute::<Call>("CA1", inbound("CA1"), of("acme", "1"))
        .await
        .unwrap();
    assert_eq!(begun.tenant.as_str(), "acme");
    let in_memory = ledger
        .execute::<Call>("CA1", said(3, "here"), of("default", "2"))
        .await
        .unwrap();
    assert_eq!(
        (in_memory.outcome, in_memory.tenant.as_str()),
        (Outcome::Committed, "acme")
    );
    assert_eq!(ledger.cached_tenant::<Call>("CA1").await, Some("acme".into()));
    drop(ledger);

    let again = stores.ledger().await;
    assert_eq!(
        again.cached_tenant::<Call>("CA1").await,
        None,
        "the tenant is not read from the database"
    );
    let read_in = again
        .execute::<Call>("CA1", said(4, "there"), of("default", "3"))
        .await
        .unwrap();
    assert_eq!((read_in.outcome, read_in.tenant.as_str()), (Outcome::Committed, "acme"));
    let repeated = again
        .execute::<Call>("CA1", said(4, "there"), of("default", "3"))
        .await
        .unwrap();
    assert_eq!(
        (repeated.outcome, repeated.tenant.as_str()),
        (Outcome::Duplicate, "acme")
    );
    assert_eq!(again.tenant::<Call>("CA1").await.unwrap(), Some("acme".into()));
    let history = again.history(&stream).await.unwrap();
    assert!(history.len() > 2);
    assert!(
        history.iter().all(|event| event.metadata.tenant.as_str() == "acme"),
        "{history:?}"
    );
}
