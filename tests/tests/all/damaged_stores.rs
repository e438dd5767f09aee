//! A start with a damaged store names the file and what to do. What can be built again is built again.

use super::startup_errors::refused_start;
use harness::service::{Home, Service};
use harness::test_stores::TestStores;
use infra::db::{DatabaseUrl, Durability, connect};
use rand::Rng as _;
use std::path::{Path, PathBuf};

/// What happens to a file, in words and in deed.
type Damage = (&'static str, fn(&Path));

const DAMAGES: [Damage; 3] = [
    ("cut off", cut_off),
    ("overwritten", |file| overwrite(file, 0.0)),
    ("overwritten from the middle, and cut off", |file| {
        overwrite(file, 0.5);
        cut_off(file);
    }),
];

/// Cuts a file off anywhere, but not before its first byte: an empty file is a missing one.
fn cut_off(file: &Path) {
    let file = std::fs::File::options().write(true).open(file).expect("a file");
    let length = file.metadata().expect("a length").len();
    file.set_len(rand::random_range(1..length)).expect("cut off");
}

/// Overwrites what follows this part of a file.
fn overwrite(file: &Path, from: f64) {
    let mut bytes = std::fs::read(file).expect("a file");
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a place in a small file"
    )]
    let from = (bytes.len() as f64 * from) as usize;
    rand::rng().fill(&mut bytes[from..]);
    std::fs::write(file, bytes).expect("written");
}

fn folder(home: &Home) -> PathBuf {
    match &home.stores().url {
        DatabaseUrl::Folder(folder) => folder.clone(),
        DatabaseUrl::Postgres(_) => unreachable!("SQLite"),
    }
}

/// Empties the write-ahead log of a database, from which SQLite would read pages that are damaged in the file.
async fn without_log(folder: &Path, name: &str) -> PathBuf {
    let db = connect(&DatabaseUrl::Folder(folder.into()), name, Durability::Full, 1)
        .await
        .expect("opens");
    db.checkpoint().await.expect("the log is written to the file");
    db.close().await;
    folder.join(format!("{name}.db"))
}

/// Waits until the call log has the call.
async fn until_listed(service: &Service) {
    let client = service.client().signed_in().await;
    service
        .until("the call is listed", async || {
            let call = client.get("/api/call-logs/CA1").await;
            call.is_some_and(|answer| answer.status == 200)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_database_is_named_with_what_to_do() {
    let home = Home::new(TestStores::sqlite().await);
    let service = home.start().await;
    assert_eq!(service.client().post_inbound("CA1").await, 200);
    assert_eq!(service.stop().await, Some(0));
    for name in ["ledger", "keys", "accounts"] {
        let file = without_log(&folder(&home), name).await;
        let sound = std::fs::read(&file).expect("a file");
        for (damage, apply) in DAMAGES {
            apply(&file);
            let damaged = std::fs::read(&file).expect("a file");
            let output = refused_start(&home, &[]).await;
            let is_named = output.contains(&file.display().to_string());
            assert!(
                is_named && output.contains("damaged") && output.contains("docs/operators.md"),
                "{name}, {damage}: {output}"
            );
            assert_eq!(
                std::fs::read(&file).expect("a file"),
                damaged,
                "{name}: nothing is written"
            );
            std::fs::write(&file, &sound).expect("restored");
        }
    }
    assert_eq!(home.start().await.client().post_inbound("CA2").await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_or_missing_registry_of_read_models_is_made_anew() {
    let home = Home::new(TestStores::sqlite().await);
    let service = home.start().await;
    assert_eq!(service.client().post_inbound("CA1").await, 200);
    assert_eq!(service.stop().await, Some(0));
    let read_models = folder(&home).join("read_models");
    let missing: Damage = ("missing", |file| std::fs::remove_file(file).expect("removed"));
    for (damage, apply) in DAMAGES.into_iter().chain([missing]) {
        apply(&without_log(&read_models, "registry").await);
        let service = home.start().await;
        until_listed(&service).await;
        let log = service.log();
        assert!(
            log.contains("the registry of the read models is damaged or missing"),
            "{damage}: {log}"
        );
        assert_eq!(service.stop().await, Some(0), "{damage}");
        // Files that are not in use any more would keep what was erased since.
        let names = std::fs::read_dir(&read_models).expect("a folder").map(|entry| {
            let name = entry.expect("an entry").file_name().into_string().expect("a name");
            name.strip_suffix(".db")
                .and_then(|name| name.split_once('.'))
                .map(|(model, _)| model.to_owned())
        });
        let mut models: Vec<_> = names.flatten().collect();
        let count = models.len();
        models.sort();
        models.dedup();
        assert_eq!(models.len(), count, "{damage}: one file for each model");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_master_key_file_is_named() {
    let home = Home::new(TestStores::sqlite().await);
    let file = folder(&home).join("master.key");
    for bytes in [&b"hunter2"[..], b"", b"\xff\xfe\x00", &[b'0'; 63]] {
        std::fs::write(&file, bytes).expect("written");
        #[cfg(unix)]
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode");
        let output = refused_start(&home, &[("LEDGER_MASTER_KEY", "")]).await;
        assert!(
            output.contains(&file.display().to_string()) && output.contains("restore the file"),
            "{output}"
        );
        assert!(!output.contains("hunter2"), "{output}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_that_does_not_listen_is_named_without_its_password() {
    let home = Home::new(TestStores::sqlite().await);
    let port = harness::ports::free_port().expect("a free port");
    let url = format!("postgres://ada:hunter2@127.0.0.1:{port}/calls");
    let output = refused_start(&home, &[("LEDGER_DATABASE_URL", &url)]).await;
    assert!(
        output.contains(&format!("postgres://127.0.0.1:{port}/calls")) && output.contains("check that the server runs"),
        "{output}"
    );
    assert!(!output.contains("hunter2"), "{output}");
}

/// A mistyped folder is not made a new installation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_that_show_or_change_create_no_folder() {
    let home = Home::new(TestStores::sqlite().await);
    let mistyped = folder(&home).join("mistyped");
    let commands: [&[&str]; 9] = [
        &["users", "list"],
        &["users", "grant-operator", "--email", "ada@example.org"],
        &["users", "revoke-operator", "--email", "ada@example.org"],
        &["tenants", "list"],
        &["keys", "rotate"],
        &["calls", "list"],
        &["projections", "status"],
        &["agents", "list"],
        &["numbers", "list"],
    ];
    for arguments in commands {
        let settings = [("DATA_DIR", mistyped.to_str().expect("a path"))];
        let mut command = home.command(arguments[0], &settings);
        let output = command.args(&arguments[1..]).output().expect("call-ledger runs");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(
            error.contains("DATA_DIR") && error.contains("mistyped"),
            "{arguments:?}: {error}"
        );
        assert!(!mistyped.exists(), "{arguments:?}");
    }
}
