//! Opening a ledger: the right master key, and one process per SQLite folder.

use super::start_a_call;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::clock::SystemClock;
use infra::db::{DatabaseUrl, Durability, connect, migrate_keys};
use infra::event_store::StreamId;
use infra::keys::{KeyError, KeyStore, MasterKey};
use infra::ledger::{Ledger, LedgerOpenError};
use std::sync::Arc;

on_both_engines!(
    wrong_master_key_is_refused,
    concurrent_first_opens_accept_one_master_key,
    rotated_master_key_opens_everything_and_the_old_one_nothing,
    second_process_on_a_sqlite_folder_is_refused,
);

async fn wrong_master_key_is_refused(stores: TestStores) {
    start_a_call(&stores.ledger().await, "CA1").await;
    let mut options = stores.options(Arc::new(SystemClock));
    options.master_key = MasterKey::random();
    let refused = Ledger::open(options).await.err().expect("refused");
    assert!(
        matches!(refused, LedgerOpenError::Keys(KeyError::WrongMasterKey)),
        "{refused:?}"
    );
}

async fn concurrent_first_opens_accept_one_master_key(stores: TestStores) {
    migrate_keys(&connect(&stores.url, "keys", Durability::Full, 1).await.unwrap())
        .await
        .unwrap();
    let open = || KeyStore::open(&stores.url, MasterKey::random(), Arc::new(SystemClock));
    let opened = futures::future::join_all((0..8).map(|_| open())).await;
    let refused = opened
        .iter()
        .filter(|opened| matches!(opened, Err(KeyError::WrongMasterKey)));
    assert_eq!((refused.count(), opened.iter().flatten().count()), (7, 1));
}

async fn rotated_master_key_opens_everything_and_the_old_one_nothing(mut stores: TestStores) {
    let ledger = stores.ledger().await;
    start_a_call(&ledger, "CA1").await;
    let before = ledger.history(&StreamId::call("CA1")).await.unwrap();
    let raw = ledger.store().read_all(0, 100).await.unwrap();
    let new = MasterKey::random();
    assert_eq!(ledger.keys().rotate(&new).await.unwrap(), 1);
    drop(ledger);
    assert!(stores.try_ledger().await.is_err(), "the old key still opens the ledger");
    stores.master_key = new;
    let ledger = stores.ledger().await;
    assert_eq!(ledger.history(&StreamId::call("CA1")).await.unwrap(), before);
    assert_eq!(
        ledger.store().read_all(0, 100).await.unwrap(),
        raw,
        "rotation changed an event"
    );
}

async fn second_process_on_a_sqlite_folder_is_refused(stores: TestStores) {
    let _first = stores.ledger().await;
    match (&stores.url, stores.try_ledger().await) {
        (DatabaseUrl::Folder(folder), Err(LedgerOpenError::Locked(named))) => {
            assert_eq!(named, folder.display().to_string());
        }
        (DatabaseUrl::Postgres(_), Ok(_)) => {}
        (url, Ok(_)) => panic!("two processes append to {url}"),
        (url, Err(error)) => panic!("{url}: {error}"),
    }
}
