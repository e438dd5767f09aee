//! The master key is rotated while other processes create and destroy data keys.

use super::{said, start_a_call};
use crate::ledger::by_twilio;
use domain::call::Call;
use domain::call::command::CallCommand;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::clock::{Clock as _, SystemClock};
use infra::event_store::{Event, StreamId};
use infra::keys::{KeyError, KeyStore, MasterKey, MasterKeySource};
use infra::ledger::{Ledger, LedgerOpenError};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

on_both_engines!(
    rotation_beside_a_running_service_loses_no_key_and_revives_none,
    service_with_a_key_file_goes_on_after_a_rotation,
    rotation_with_a_replaced_master_key_is_refused,
);

/// Starts calls, and erases each third, until the master key is not in force any more. Returns the calls that were
/// acknowledged, and those of them that were erased.
async fn write_until_fenced(ledger: &Ledger, stop: &AtomicBool) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut acknowledged, mut erased) = (BTreeSet::new(), BTreeSet::new());
    for n in 0.. {
        let call = format!("CA{n:04}");
        let started = ledger
            .execute::<Call>(&call, said(1, super::WORDS), by_twilio(&format!("said {n}")))
            .await;
        match started {
            Ok(_) => drop(acknowledged.insert(call.clone())),
            Err(_) if stop.load(Ordering::SeqCst) => return (acknowledged, erased),
            Err(error) => panic!("not fenced, but refused: {error:?}"),
        }
        if n % 3 == 0 {
            let erase = CallCommand::Erase {
                at: super::at(500),
                ground: "request 17".into(),
                by: "u1".into(),
            };
            ledger.execute::<Call>(&call, erase, super::by_user()).await.unwrap();
            ledger.destroy_key(&StreamId::call(&call)).await.unwrap();
            erased.insert(call);
        }
    }
    unreachable!("the loop has no end")
}

async fn rotation_beside_a_running_service_loses_no_key_and_revives_none(mut stores: TestStores) {
    let ledger = stores.ledger().await;
    let (stop, new) = (Arc::new(AtomicBool::new(false)), MasterKey::random());
    let writer = tokio::spawn({
        let (ledger, stop) = (ledger.clone(), stop.clone());
        async move { write_until_fenced(&ledger, &stop).await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    // Another process.
    let rotating = Ledger::open_read_only(stores.options(Arc::new(SystemClock)))
        .await
        .unwrap();
    stop.store(true, Ordering::SeqCst);
    let rotated = rotating.rotate_master_key(&new, SystemClock.now()).await.unwrap();
    let (acknowledged, erased) = tokio::time::timeout(Duration::from_secs(20), writer)
        .await
        .expect("the service is fenced: it cannot create a key any more")
        .unwrap();
    assert!(rotated > 0 && !erased.is_empty() && acknowledged.len() > erased.len());
    let problems = ledger.health().problems();
    assert!(
        problems
            .iter()
            .any(|problem| problem.part == "keys" && problem.cause.contains("was rotated")),
        "{problems:?}"
    );
    drop(ledger);

    assert!(matches!(
        stores.try_ledger().await.err(),
        Some(LedgerOpenError::Keys(KeyError::WrongMasterKey))
    ));
    stores.master_key = new;
    let ledger = stores.ledger().await;
    for call in &acknowledged {
        let history = ledger.history(&StreamId::call(call)).await.unwrap();
        let words: Vec<_> = history
            .iter()
            .filter_map(|recorded| match &recorded.event {
                Event::Call(domain::call::CallEvent::CallerTurn { text, .. }) => Some(text.text()),
                Event::Unreadable { reason } => panic!("{call}: {reason}"),
                _ => None,
            })
            .collect();
        let expected = (!erased.contains(call)).then_some(super::WORDS);
        assert_eq!(words, [expected], "{call}");
    }
}

async fn service_with_a_key_file_goes_on_after_a_rotation(stores: TestStores) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("master.key");
    let mut options = stores.options(Arc::new(SystemClock));
    options.master_key = MasterKeySource::File(file.clone());
    let ledger = Ledger::open(options).await.unwrap();
    start_a_call(&ledger, "CA1").await;
    let next = folder.path().join("master.key.next");
    let new = MasterKey::from_file(&next).unwrap();
    let mut options = stores.options(Arc::new(SystemClock));
    options.master_key = MasterKeySource::File(file.clone());
    let rotating = Ledger::open_read_only(options).await.unwrap();
    rotating.rotate_master_key(&new, SystemClock.now()).await.unwrap();
    std::fs::rename(&next, &file).unwrap();
    start_a_call(&ledger, "CA2").await;
    for call in ["CA1", "CA2"] {
        ledger
            .execute::<Call>(call, said(2, super::WORDS), by_twilio(&format!("words {call}")))
            .await
            .unwrap();
    }
    assert_eq!(ledger.health().problems(), []);
    drop((ledger, rotating));
    let mut options = stores.options(Arc::new(SystemClock));
    options.master_key = new.into();
    let ledger = Ledger::open(options).await.unwrap();
    let read = ledger.read_all(0, 100).await.unwrap();
    assert!(
        read.iter()
            .all(|event| !matches!(event.event, Event::Unreadable { .. }))
    );
}

async fn rotation_with_a_replaced_master_key_is_refused(stores: TestStores) {
    drop(stores.ledger().await);
    let open = || KeyStore::open(&stores.url, stores.master_key.clone(), Arc::new(SystemClock));
    let (first, second) = (open().await.unwrap(), open().await.unwrap());
    first.rotate(&MasterKey::random()).await.unwrap();
    assert!(matches!(
        second.rotate(&MasterKey::random()).await,
        Err(KeyError::Rotated)
    ));
}
