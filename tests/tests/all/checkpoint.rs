//! Leases and checkpoints: one process at a time advances a consumer, and a process with an expired lease cannot.

use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::db::{Db, Namespace, ReadStores};
use infra::subscription::checkpoint::{self, CHECKPOINT_DDL, Lease};
use sqlx::Executor as _;

on_both_engines!(
    lease_is_exclusive_until_it_expires,
    replaced_lease_holder_cannot_advance_the_checkpoint,
    rolled_back_checkpoint_is_unchanged,
    switch_replaces_the_tables_without_refusing_readers,
);

/// A lease of this duration is over when another process asks for it.
const EXPIRED: i64 = -1;

async fn table(stores: &TestStores) -> (ReadStores, Db) {
    let read_stores = ReadStores::open(&stores.url).await.unwrap();
    let db = read_stores.current("dashboard").await.unwrap().db;
    infra::on_db!(&db, c => c.execute(CHECKPOINT_DDL).await.map(|_| ())).unwrap();
    checkpoint::create(&db, "dashboard", 1).await.unwrap();
    (read_stores, db)
}

async fn acquire(db: &Db, owner: &str, seconds: i64) -> Option<Lease> {
    checkpoint::acquire(db, "dashboard", owner, seconds).await.unwrap()
}

async fn renew(db: &Db, lease: &Lease, seconds: i64) -> bool {
    checkpoint::renew(db, "dashboard", lease, seconds).await.unwrap()
}

async fn holder(db: &Db) -> Option<String> {
    checkpoint::read(db, "dashboard").await.unwrap().unwrap().holder
}

async fn advance(db: &Db, lease: &Lease, old: i64, new: i64) -> bool {
    let mut tx = db.begin().await.unwrap();
    let advanced = checkpoint::advance(&mut tx, "dashboard", lease, old, new, None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    advanced
}

async fn lease_is_exclusive_until_it_expires(stores: TestStores) {
    let (_views, db) = table(&stores).await;
    let first = acquire(&db, "first", 60).await.expect("free");
    assert_eq!(acquire(&db, "second", 60).await, None);
    assert_eq!(holder(&db).await.as_deref(), Some("first"));
    assert!(renew(&db, &first, 60).await);
    assert_eq!(acquire(&db, "second", 60).await, None);
    assert!(renew(&db, &first, EXPIRED).await);
    assert_eq!(holder(&db).await, None);
    let second = acquire(&db, "second", 60).await.expect("expired");
    assert!(second.fence > first.fence);
    assert!(!renew(&db, &first, 60).await);
    checkpoint::release(&db, "dashboard", &second).await.unwrap();
    assert!(acquire(&db, "first", 60).await.is_some(), "the lease was released");
}

async fn replaced_lease_holder_cannot_advance_the_checkpoint(stores: TestStores) {
    let (_views, db) = table(&stores).await;
    let late = acquire(&db, "late", EXPIRED).await.expect("free");
    assert!(advance(&db, &late, 0, 5).await);
    assert!(!advance(&db, &late, 0, 7).await, "the old position is wrong");
    let next = acquire(&db, "next", 60).await.expect("expired");
    assert_eq!(next.position, 5);
    assert!(!advance(&db, &late, 5, 9).await);
    assert!(advance(&db, &next, 5, 6).await);
}

async fn rolled_back_checkpoint_is_unchanged(stores: TestStores) {
    let (_views, db) = table(&stores).await;
    let lease = acquire(&db, "first", 60).await.expect("free");
    let mut tx = db.begin().await.unwrap();
    assert!(
        checkpoint::advance(&mut tx, "dashboard", &lease, 0, 5, None)
            .await
            .unwrap()
    );
    tx.rollback().await.unwrap();
    assert_eq!(checkpoint::read(&db, "dashboard").await.unwrap().unwrap().position, 0);
}

async fn write(db: &Db, text: &str) {
    let sql = format!("insert into said (words) values ('{text}')");
    infra::on_db!(db, c => c.execute("create table if not exists said (words text)").await.map(|_| ())).unwrap();
    infra::on_db!(db, c => c.execute(&*sql).await.map(|_| ())).unwrap();
}

async fn read(read_stores: &ReadStores) -> Result<String, String> {
    let db = read_stores
        .current("dashboard")
        .await
        .map_err(|error| error.to_string())?
        .db;
    infra::on_db!(&db, c => sqlx::query_scalar("select words from said").fetch_one(c).await)
        .map_err(|error| error.to_string())
}

async fn switch_replaces_the_tables_without_refusing_readers(stores: TestStores) {
    let (read_stores, db) = table(&stores).await;
    write(&db, "old").await;
    // A reader in another process.
    let elsewhere = ReadStores::open(&stores.url).await.unwrap();
    assert_eq!(read(&elsewhere).await.unwrap(), "old");
    let reader = tokio::spawn(async move {
        let mut answers = Vec::new();
        while answers.last().is_none_or(|last| last != "new") {
            answers.push(read(&elsewhere).await.expect("a reader is never refused"));
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        answers
    });
    let leftover = fresh(&read_stores).await;
    write(&leftover.db, "half").await;
    // The rebuild was killed; the next one starts from the beginning.
    let next = fresh(&read_stores).await;
    write(&next.db, "new").await;
    read_stores.switch(next).await.unwrap();
    assert_eq!(read(&read_stores).await.unwrap(), "new");
    read_stores.sweep("dashboard").await.unwrap();
    let answers = tokio::time::timeout(std::time::Duration::from_secs(20), reader)
        .await
        .unwrap()
        .unwrap();
    assert!(
        answers.iter().all(|answer| answer == "old" || answer == "new"),
        "{answers:?}"
    );
    assert_eq!(read(&read_stores).await.unwrap(), "new");
}

async fn fresh(read_stores: &ReadStores) -> Namespace {
    let shadow = read_stores.create_shadow("dashboard").await.unwrap();
    read_stores.open_shadow(&shadow).await.unwrap()
}
