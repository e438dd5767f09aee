//! Opening a ledger: the right master key, and one process per SQLite folder.

use super::start_a_call;
use domain::ledger::{LedgerClock, LedgerEvent};
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::clock::SystemClock;
use infra::db::{DatabaseUrl, DbError, Durability, connect, migrate_keys};
use infra::event_store::{Append, Event, EventStore, NewEvent, StreamId};
use infra::keys::{KeyError, KeyStore, MasterKey};
use infra::ledger::{INSTALLATION, Ledger, LedgerOpenError};
use std::collections::HashSet;
use std::sync::Arc;

on_both_engines!(
    wrong_master_key_is_refused,
    concurrent_first_opens_accept_one_master_key,
    rotated_master_key_opens_everything_and_the_old_one_nothing,
    second_process_on_a_sqlite_folder_is_refused,
    log_begins_with_its_identity,
    log_without_an_identity_is_refused,
    changed_migration_is_refused,
);

async fn log_begins_with_its_identity(stores: TestStores) {
    let ledger = stores.ledger().await;
    start_a_call(&ledger, "CA1").await;
    let first = ledger.read_all(0, 1).await.unwrap().remove(0);
    assert_eq!((first.position, &first.stream), (1, &StreamId::ledger()));
    assert_eq!(first.metadata.tenant.as_str(), INSTALLATION);
    let Event::Ledger(LedgerEvent::LedgerCreated { identity, clock, .. }) = &first.event else {
        panic!("{:?} is not the identity", first.event)
    };
    assert_eq!((identity.len(), *clock), (32, LedgerClock::System));
    let known = ledger.identity().expect("an identity").clone();
    assert_eq!(&known.id, identity);
    drop(ledger);
    let reopened = stores.ledger().await;
    assert_eq!(reopened.identity(), Some(&known));
    assert_eq!(
        reopened.history(&StreamId::ledger()).await.unwrap().len(),
        1,
        "written once"
    );
    let other = TestStores::sqlite().await;
    assert_ne!(
        other.ledger().await.identity(),
        Some(&known),
        "every log has its own identity"
    );
}

/// On PostgreSQL only: a SQLite folder belongs to one process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_create_a_log_together_agree_on_its_identity() {
    let stores = TestStores::postgres().await;
    let open = || Ledger::open(stores.options(Arc::new(SystemClock)));
    let ledgers = futures::future::join_all((0..6).map(|_| open())).await;
    let identities: HashSet<_> = ledgers
        .iter()
        .map(|ledger| {
            ledger
                .as_ref()
                .expect("opened")
                .identity()
                .expect("an identity")
                .id
                .clone()
        })
        .collect();
    assert_eq!(identities.len(), 1);
    let first = ledgers[0].as_ref().expect("opened");
    assert_eq!(first.head().await.unwrap(), 1, "one identity, at position 1");
}

async fn log_without_an_identity_is_refused(stores: TestStores) {
    let store = EventStore::open(&stores.url, Arc::new(SystemClock)).await.unwrap();
    let event = NewEvent {
        event_type: "CallRinging".into(),
        event_version: "1.0".into(),
        payload: r#"{"CallRinging":{"at":1,"clock":"local","call_sid":"CA1"}}"#.into(),
        metadata: r#"{"tenant":"default","actor":"import","correlation_id":"c"}"#.into(),
    };
    let append = Append {
        stream: StreamId::call("CA1"),
        expected: 0,
        events: vec![event],
        command_key: None,
        opened: Vec::new(),
    };
    store.append(append).await.unwrap();
    drop(store);
    let refused = stores.try_ledger().await.err().expect("refused");
    assert!(matches!(refused, LedgerOpenError::EarlierBuild), "{refused:?}");
    assert!(refused.to_string().contains("before the first release"), "{refused}");
}

/// What the database of an earlier build looks like: it ran another migration under the same number.
async fn changed_migration_is_refused(stores: TestStores) {
    drop(stores.ledger().await);
    let db = connect(&stores.url, "ledger", Durability::Full, 1).await.unwrap();
    infra::on_db!(&db, c => sqlx::query("update _sqlx_migrations set checksum = $1 where version = 1")
        .bind(vec![0_u8; 48])
        .execute(c)
        .await
        .map(|_| ()))
    .unwrap();
    db.close().await;
    let refused = stores.try_ledger().await.err().expect("refused");
    assert!(
        matches!(refused, LedgerOpenError::Db(DbError::EarlierBuild)),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("before the first release"), "{refused}");
}

async fn wrong_master_key_is_refused(stores: TestStores) {
    start_a_call(&stores.ledger().await, "CA1").await;
    let mut options = stores.options(Arc::new(SystemClock));
    options.master_key = MasterKey::random().into();
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
    assert_eq!(ledger.rotate_master_key(&new, domain::Timestamp(1)).await.unwrap(), 1);
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
