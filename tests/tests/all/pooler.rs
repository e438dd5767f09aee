//! PostgreSQL behind `PgBouncer`, and with a role that may not create schemas.

use harness::app::App;
use harness::postgres::postgres;
use harness::test_stores::TestStores;
use infra::db::{DatabaseUrl, DbError, Durability, connect, is_unavailable};
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use url::Url;

/// `PgBouncer` before a database. It ends when this is dropped.
struct Bouncer {
    process: Child,
    url: String,
    _folder: TempDir,
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program. Debian installs it outside of the path of many users.
fn program() -> &'static str {
    let of_debian = "/usr/sbin/pgbouncer";
    if std::path::Path::new(of_debian).exists() {
        of_debian
    } else {
        "pgbouncer"
    }
}

impl Bouncer {
    async fn start(database: &str, pool_mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Url::parse(database).unwrap();
        let name = server.path().trim_start_matches('/');
        let password = server
            .password()
            .map_or_else(String::new, |password| format!(" password={password}"));
        let settings = format!(
            "[databases]\n{name} = host={} port={} dbname={name} user={}{password}\n\
            [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
            pool_mode = {pool_mode}\ndefault_pool_size = 100\nmax_client_conn = 300\n",
            server.host_str().unwrap(),
            server.port().unwrap(),
            server.username(),
        );
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, settings).unwrap();
        // It refuses to run as root.
        let mut command = if is_root() {
            open_to_all(folder.path());
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", program()]);
            command
        } else {
            Command::new(program())
        };
        let process = command
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let process = process.expect("pgbouncer runs: tools/test-needs installs it");
        let url = format!("postgres://{}@127.0.0.1:{port}/{name}", server.username());
        let bouncer = Self {
            process,
            url,
            _folder: folder,
        };
        for _ in 0..100 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return bouncer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("pgbouncer does not listen");
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout.trim_ascii() == b"0"
}

fn open_to_all(folder: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

async fn schemas(url: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let tables = "select distinct table_schema from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') order by 1";
    sqlx::query_scalar(tables).fetch_all(&mut connection).await.unwrap()
}

/// Why a database was not opened.
fn cause(error: &DbError) -> &DbError {
    match error {
        DbError::Open { error, .. } => error,
        other => other,
    }
}

#[tokio::test]
async fn pooling_by_session_is_like_the_server_itself() {
    let database = postgres().await;
    let bouncer = Bouncer::start(database.url(), "session").await;
    let mut stores = TestStores::postgres().await;
    stores.url = DatabaseUrl::Postgres(bouncer.url.clone());
    let app = App::start(stores, domain::Timestamp::from_seconds(1_774_620_000)).await;
    let client = app.client().signed_in().await;
    let contact = serde_json::json!({ "name": "Ada", "phone": "+15045550123" });
    client.post("/api/contacts", &contact).await.expect(201);
    let listed = client.read("/api/contacts").await.expect(200).json();
    assert_eq!(listed["contacts"].as_array().map(Vec::len), Some(1), "{listed}");
    let schemas = schemas(database.url()).await;
    assert!(
        schemas.contains(&"ledger".to_owned()) && !schemas.contains(&"public".to_owned()),
        "{schemas:?}"
    );
}

#[tokio::test]
async fn pooling_by_transaction_is_refused_before_anything_is_created() {
    let database = postgres().await;
    let bouncer = Bouncer::start(database.url(), "transaction").await;
    let url = DatabaseUrl::Postgres(bouncer.url.clone());
    let refused = connect(&url, "ledger", Durability::Full, 4).await.expect_err("refused");
    assert!(matches!(cause(&refused), DbError::TransactionPooling), "{refused:?}");
    assert!(refused.to_string().contains("pool_mode = session"), "{refused}");
    assert_eq!(schemas(database.url()).await, Vec::<String>::new());
}

#[tokio::test]
async fn role_without_the_right_to_create_schemas_uses_those_that_exist() {
    let database = postgres().await;
    let mut admin = PgConnection::connect(database.url()).await.unwrap();
    let mut url = Url::parse(database.url()).unwrap();
    let name = format!("role_{:x}", rand::random::<u64>());
    admin
        .execute(&*format!("create role {name} login password 'secret'"))
        .await
        .unwrap();
    url.set_username(&name).unwrap();
    url.set_password(Some("secret")).unwrap();
    let url = DatabaseUrl::Postgres(url.to_string());
    let refused = connect(&url, "ledger", Durability::Full, 2)
        .await
        .expect_err("no schema");
    assert!(
        matches!(cause(&refused), DbError::NoSchema(schema) if schema == "ledger"),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("CREATE"), "{refused}");
    admin
        .execute(&*format!("create schema ledger authorization {name}"))
        .await
        .unwrap();
    let db = connect(&url, "ledger", Durability::Full, 2).await.unwrap();
    infra::db::migrate_ledger(&db).await.unwrap();
    assert_eq!(schemas(database.url()).await, ["ledger"]);
    db.close().await;
    admin
        .execute(&*format!("drop owned by {name}; drop role {name}"))
        .await
        .unwrap();
}

#[tokio::test]
async fn read_only_server_and_missing_locks_are_unavailable_for_now() {
    let database = postgres().await;
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    connection.execute("create table only_here (id bigint)").await.unwrap();
    connection
        .execute("set default_transaction_read_only = on")
        .await
        .unwrap();
    let refused = connection
        .execute("insert into only_here values (1)")
        .await
        .expect_err("read-only");
    assert!(is_unavailable(&refused), "{refused:?}");
    connection
        .execute("set default_transaction_read_only = off")
        .await
        .unwrap();
    let mut holder = PgConnection::connect(database.url()).await.unwrap();
    holder.execute("begin; lock table only_here").await.unwrap();
    let locked = connection
        .execute("lock table only_here nowait")
        .await
        .expect_err("no transaction or lock");
    let locked = match connection.execute("begin; lock table only_here nowait").await {
        Err(error) => error,
        Ok(_) => locked,
    };
    assert!(is_unavailable(&locked), "{locked:?}");
    for (code, expected) in [
        ("40001", true),
        ("40P01", true),
        ("57P01", true),
        ("23505", false),
        ("42501", false),
    ] {
        connection.execute("rollback").await.unwrap();
        let raise = format!("do $$ begin raise exception 'x' using errcode = '{code}'; end $$");
        let raised = connection.execute(&*raise).await.expect_err("raised");
        assert_eq!(is_unavailable(&raised), expected, "{code}");
    }
}
