//! Stores that do not belong together, and stores that are missing: the service refuses to start in words, creates
//! nothing, and works again with the right store.

use crate::startup_errors::refused_start;
use harness::on_both_engines;
use harness::service::Home;
use harness::test_stores::TestStores;
use infra::db::{DatabaseUrl, Durability, connect};
use sqlx::Executor as _;
use std::path::{Path, PathBuf};

on_both_engines!(
    missing_store_is_refused_until_it_is_put_back,
    store_of_another_ledger_is_refused,
    keys_from_an_older_backup_are_refused,
    log_from_an_older_backup_than_the_keys_is_reported,
);

const HISTORY: &str = "/api/call-logs/CA1/history";

/// A store that is taken away, and what the service says then.
const STORES: [(&str, &str); 3] = [
    ("keys", "the key store is missing or empty, but the log has"),
    ("accounts", "the accounts database is missing or empty, but the log has"),
    (
        "ledger",
        "the log is missing or empty, but the key store belongs to the ledger",
    ),
];

fn folder_of(stores: &TestStores) -> Option<&Path> {
    match &stores.url {
        DatabaseUrl::Folder(folder) => Some(folder),
        DatabaseUrl::Postgres(_) => None,
    }
}

/// The files of a SQLite store.
fn files_of(folder: &Path, store: &str) -> Vec<PathBuf> {
    ["", "-wal", "-shm"]
        .iter()
        .map(|suffix| folder.join(format!("{store}.db{suffix}")))
        .filter(|file| file.exists())
        .collect()
}

async fn execute(stores: &TestStores, schema: &str, sql: &str) {
    let db = connect(&stores.url, schema, Durability::Full, 1).await.unwrap();
    infra::on_db!(&db, c => c.execute(sql).await.map(|_| ())).unwrap();
    db.close().await;
}

/// Takes a store away, or puts it back.
async fn move_store(stores: &TestStores, from: &str, to: &str) {
    match folder_of(stores) {
        Some(folder) => {
            for file in files_of(folder, from) {
                let name = file.file_name().unwrap().to_str().unwrap().replacen(from, to, 1);
                std::fs::rename(&file, folder.join(name)).unwrap();
            }
        }
        None => execute(stores, "public", &format!("alter schema {from} rename to {to}")).await,
    }
}

async fn exists(stores: &TestStores, store: &str) -> bool {
    if let Some(folder) = folder_of(stores) {
        return !files_of(folder, store).is_empty();
    }
    let db = connect(&stores.url, "public", Durability::Full, 1).await.unwrap();
    let sql = "select count(*) from pg_namespace where nspname = $1";
    let found: i64 = match &db {
        infra::db::Db::Postgres(c) => sqlx::query_scalar(sql).bind(store).fetch_one(c).await.unwrap(),
        infra::db::Db::Sqlite(_) => unreachable!("the stores are PostgreSQL"),
    };
    found > 0
}

/// A ledger with a user and a call.
async fn filled(stores: TestStores) -> Home {
    let home = Home::new(stores);
    let service = home.start().await;
    let client = service.client().signed_in().await;
    assert_eq!(client.post_inbound("CA1").await, 200);
    client.read(HISTORY).await.expect(200);
    service.kill();
    home
}

async fn missing_store_is_refused_until_it_is_put_back(stores: TestStores) {
    let home = filled(stores).await;
    for (store, message) in STORES {
        move_store(home.stores(), store, "aside").await;
        let log = refused_start(&home, &[]).await;
        assert!(log.contains(message), "{store}: {log}");
        assert!(!exists(home.stores(), store).await, "{store} was made anew");
        move_store(home.stores(), "aside", store).await;
    }
    let service = home.start().await;
    let client = service.client().signed_in().await;
    let history = client.read(HISTORY).await.expect(200);
    assert!(history.text.contains("+15005550001"), "{}", history.text);
}

async fn store_of_another_ledger_is_refused(stores: TestStores) {
    let (home, other) = (filled(stores).await, filled(TestStores::sqlite().await).await);
    let master_key = "ab".repeat(32);
    let folder = folder_of(other.stores()).unwrap().display().to_string();
    let theirs = format!("sqlite:{folder}");
    for (variable, store) in [
        ("KEYS_DATABASE_URL", "the key store belongs to the ledger"),
        ("ACCOUNTS_DATABASE_URL", "the accounts database belongs to the ledger"),
    ] {
        let log = refused_start(&home, &[(variable, &theirs)]).await;
        assert!(
            log.contains(store) && log.contains("but the log is the ledger"),
            "{log}"
        );
    }
    let recordings = format!("file://{folder}/recordings");
    let log = refused_start(&home, &[("RECORDINGS_URL", &recordings)]).await;
    assert!(
        log.contains("the recordings in RECORDINGS_URL belong to the ledger"),
        "{log}"
    );
    // The stores are compared before the master key is.
    let log = refused_start(
        &home,
        &[("KEYS_DATABASE_URL", &theirs), ("LEDGER_MASTER_KEY", &master_key)],
    )
    .await;
    assert!(log.contains("the key store belongs to the ledger"), "{log}");
}

async fn keys_from_an_older_backup_are_refused(stores: TestStores) {
    let home = filled(stores).await;
    let newest = "from data_keys where aggregate_type = 'call'";
    execute(
        home.stores(),
        "keys",
        &format!("create table aside as select * {newest}"),
    )
    .await;
    execute(home.stores(), "keys", &format!("delete {newest}")).await;
    let log = refused_start(&home, &[]).await;
    assert!(
        log.contains("it has no key for 1 of the streams at the end of the log"),
        "{log}"
    );
    execute(home.stores(), "keys", "insert into data_keys select * from aside").await;
    home.start().await;
}

/// What a kill with the log's write-ahead log removed leaves, or a log of Monday with the keys of Tuesday.
async fn log_from_an_older_backup_than_the_keys_is_reported(stores: TestStores) {
    let home = filled(stores).await;
    let later = "insert into data_keys (aggregate_type, aggregate_id, created_at, destroyed_at)
      select 'call', 'CA-later', max(created_at) + 3600000000, null from data_keys";
    execute(home.stores(), "keys", later).await;
    let service = home.start().await;
    let log = service.log();
    assert!(
        log.contains("the log may be from an older backup than the keys"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_write_ahead_log_of_keys_or_accounts_opens_nothing_anew() {
    let home = filled(TestStores::sqlite().await).await;
    let folder = folder_of(home.stores()).unwrap().to_owned();
    for store in ["keys", "accounts"] {
        let wal = folder.join(format!("{store}.db-wal"));
        let aside = folder.join("aside-wal");
        assert!(wal.exists(), "the service was killed");
        let whole = std::fs::read(folder.join(format!("{store}.db"))).unwrap();
        std::fs::rename(&wal, &aside).unwrap();
        if store == "keys" {
            let log = refused_start(&home, &[]).await;
            assert!(log.contains("key store"), "{log}");
        } else {
            // The first user was moved out of the write-ahead log at once.
            let service = home.start().await;
            let first_run = service.client().read("/api/auth/first-run").await.expect(200);
            assert_eq!(first_run.json()["first_run"], false, "registration is open again");
            service.kill();
        }
        for file in files_of(&folder, store) {
            std::fs::remove_file(file).unwrap();
        }
        std::fs::write(folder.join(format!("{store}.db")), whole).unwrap();
        std::fs::rename(&aside, &wal).unwrap();
    }
    home.start()
        .await
        .client()
        .signed_in()
        .await
        .read(HISTORY)
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_master_key_file_is_refused_and_no_new_one_is_created() {
    let home = Home::new(TestStores::sqlite().await);
    let with_file = [("LEDGER_MASTER_KEY", "")];
    let service = home.start_with(&with_file).await;
    assert_eq!(service.client().post_inbound("CA1").await, 200);
    assert_eq!(service.stop().await, Some(0));
    let file = folder_of(home.stores()).unwrap().join("master.key");
    let key = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let log = refused_start(&home, &with_file).await;
    assert!(log.contains("master.key is missing"), "{log}");
    assert!(!file.exists());
    std::fs::write(&file, key).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    home.start_with(&with_file).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_accounts_are_replaced_only_by_the_command_line() {
    let home = filled(TestStores::sqlite().await).await;
    move_store(home.stores(), "accounts", "aside").await;
    refused_start(&home, &[]).await;
    let added = home
        .command("users", &[("CALL_LEDGER_PASSWORD", "correct horse battery")])
        .args(["add", "--email", "ada@example.org", "--name", "Ada", "--role", "admin"])
        .status()
        .unwrap();
    assert!(added.success());
    let service = home.start().await;
    let first_run = service.client().read("/api/auth/first-run").await.expect(200);
    assert_eq!(first_run.json()["first_run"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn database_of_a_newer_version_is_refused() {
    let home = filled(TestStores::sqlite().await).await;
    let sql = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
      values (9999, 'later', true, x'00', 0)";
    execute(home.stores(), "ledger", sql).await;
    let log = refused_start(&home, &[]).await;
    assert!(
        log.contains("used by a newer version of call-ledger (migration 9999)"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn port_in_use_is_refused_with_the_setting_to_change() {
    let home = Home::new(TestStores::sqlite().await);
    let taken = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut refused = home.spawn_on(port, &[]);
    assert!(refused.exit_code().await.is_some_and(|code| code != 0));
    let log = refused.log();
    assert!(
        log.contains("another program listens there; stop it, or set PORT"),
        "{log}"
    );
}
