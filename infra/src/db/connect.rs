//! Opens databases.

use super::{Db, DbError, is_damaged};
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Executor as _, Row as _};
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The address of a database. Its `Debug` and `Display` never show a password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A folder of SQLite files.
    Folder(PathBuf),
    /// A PostgreSQL server: `postgres://user:password@host/database`.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = DbError;

    fn from_str(text: &str) -> Result<Self, DbError> {
        if let Some(folder) = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            return Ok(Self::Folder(folder.into()));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            PgConnectOptions::from_str(text)?;
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(DbError::Address)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "sqlite:{}", folder.display()),
            Self::Postgres(url) => match PgConnectOptions::from_str(url) {
                Ok(options) => {
                    let database = options.get_database().unwrap_or_default();
                    write!(f, "postgres://{}:{}/{database}", options.get_host(), options.get_port())
                }
                Err(_) => f.write_str("postgres://(invalid)"),
            },
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The guarantee of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A commit survives a power failure: events, keys, accounts.
    Full,
    /// The latest commits may be lost in a power failure, but each is atomic: read models, which can be rebuilt.
    Relaxed,
}

/// PostgreSQL's code for a missing right.
const INSUFFICIENT_PRIVILEGE: &str = "42501";
/// How long a SQLite connection waits for a lock.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a caller waits for a free connection before the database counts as unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// Opening alone does not read a SQLite file.
const READ_SCHEMA: &str = "select count(*) from sqlite_schema";

/// What the server does for every connection, so that a process that is paused, or whose host has vanished, holds neither
/// a transaction nor a lock for longer than seconds.
const SESSION_LIMITS: [(&str, &str); 6] = [
    // No transaction of ours waits for anything but the database, except for the other database of a consumer.
    ("idle_in_transaction_session_timeout", "10s"),
    ("lock_timeout", "5s"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    // Data that the client does not acknowledge.
    ("tcp_user_timeout", "20s"),
];

/// Opens `name` at `url`: a file in the folder, or a schema on the server. Creates it if it does not exist.
///
/// # Errors
/// When the folder cannot be written, or the server cannot be reached.
pub async fn connect(
    url: &DatabaseUrl,
    name: &str,
    durability: Durability,
    max_connections: u32,
) -> Result<Db, DbError> {
    let opened = open(url, name, durability, max_connections).await;
    opened.map_err(|error| not_opened(url, name, error))
}

/// As [`connect`], for a database without anything that lasts: a damaged SQLite file is replaced by an empty one.
/// Returns whether it was.
pub(super) async fn connect_replaceable(
    url: &DatabaseUrl,
    name: &str,
    max_connections: u32,
) -> Result<(Db, bool), DbError> {
    let connected = connect(url, name, Durability::Full, max_connections).await;
    let damaged = match (url, connected) {
        (DatabaseUrl::Folder(_), Ok(db)) if is_sound(&db).await? => return Ok((db, false)),
        (DatabaseUrl::Folder(folder), Ok(db)) => {
            db.close().await;
            folder
        }
        (DatabaseUrl::Folder(folder), Err(error)) if error.is_damage() => folder,
        (_, connected) => return Ok((connected?, false)),
    };
    remove_sqlite(&sqlite_file(damaged, name))?;
    Ok((connect(url, name, Durability::Full, max_connections).await?, true))
}

/// Whether every page of a SQLite file can be read. Reads the whole file.
async fn is_sound(db: &Db) -> Result<bool, DbError> {
    let Db::Sqlite(pool) = db else { return Ok(true) };
    match sqlx::query_scalar::<_, String>("pragma quick_check(1)")
        .fetch_one(pool)
        .await
    {
        Ok(found) => Ok(found == "ok"),
        Err(error) if is_damaged(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The name of a database for people: its file, or its server and schema.
fn place(url: &DatabaseUrl, name: &str) -> String {
    match url {
        DatabaseUrl::Folder(folder) => sqlite_file(folder, name).display().to_string(),
        DatabaseUrl::Postgres(_) => format!("schema {name} of {url}"),
    }
}

/// The file of a database in its folder.
pub(super) fn sqlite_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.db"))
}

/// Deletes a SQLite file that is not open, with its write-ahead log.
pub(super) fn remove_sqlite(file: &Path) -> Result<(), DbError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(DbError::Folder(error)),
            _ => {}
        }
    }
    Ok(())
}

/// Compares the length of a file with the number of pages in its header. SQLite itself notices a missing page only when
/// it reads it. Not while there is a write-ahead log, which may have the missing pages.
///
/// The header: <https://www.sqlite.org/fileformat2.html#the_database_header>.
fn check_length(file: &Path) -> Result<(), DbError> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let has_log = std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    let mut header = [0; 100];
    let read = std::fs::File::open(file).and_then(|mut file| {
        std::io::Read::read_exact(&mut file, &mut header)?;
        file.metadata()
    });
    let found = match read {
        Ok(metadata) if !has_log && header.starts_with(MAGIC) => metadata.len(),
        // An empty file is a new one; what else it may be shows when it is opened.
        _ => return Ok(()),
    };
    let page_size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u32::from_be_bytes([header[28], header[29], header[30], header[31]]);
    let expected = page_size * u64::from(pages);
    if found < expected {
        return Err(DbError::Truncated { found, expected });
    }
    Ok(())
}

async fn open(url: &DatabaseUrl, name: &str, durability: Durability, max_connections: u32) -> Result<Db, DbError> {
    match url {
        DatabaseUrl::Folder(folder) => {
            make_folder(folder).map_err(DbError::Folder)?;
            let file = sqlite_file(folder, name);
            check_length(&file)?;
            let options = sqlite_options(&file, durability);
            let later = options.clone().create_if_missing(false);
            let pool = SqlitePoolOptions::new()
                .max_connections(max_connections)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
                .connect_with(options)
                .await?;
            sqlx::query(READ_SCHEMA).fetch_one(&pool).await?;
            // A file that is removed meanwhile is not made anew.
            pool.set_connect_options(later);
            Ok(Db::Sqlite(pool))
        }
        DatabaseUrl::Postgres(url) => Ok(Db::Postgres(
            connect_postgres(url, name, durability, max_connections).await?,
        )),
    }
}

/// Whether `name` exists at `url`. Creates nothing.
///
/// # Errors
/// When the folder or the server cannot be used.
pub async fn exists(url: &DatabaseUrl, name: &str) -> Result<bool, DbError> {
    let found = connect_existing(url, name).await?;
    if let Some(db) = &found {
        db.close().await;
    }
    Ok(found.is_some())
}

/// Opens `name` at `url` with one connection, without creating anything. `None` if it does not exist.
///
/// # Errors
/// When the folder or the server cannot be used.
pub(super) async fn connect_existing(url: &DatabaseUrl, name: &str) -> Result<Option<Db>, DbError> {
    open_existing(url, name)
        .await
        .map_err(|error| not_opened(url, name, error))
}

async fn open_existing(url: &DatabaseUrl, name: &str) -> Result<Option<Db>, DbError> {
    const SCHEMA: &str = "select count(*) from pg_namespace where nspname = $1";
    match url {
        DatabaseUrl::Folder(folder) => {
            let file = sqlite_file(folder, name);
            if !file.try_exists().map_err(DbError::Folder)? {
                return Ok(None);
            }
            check_length(&file)?;
            let options = sqlite_options(&file, Durability::Full).create_if_missing(false);
            let pool = SqlitePoolOptions::new()
                .max_connections(1)
                .connect_with(options)
                .await?;
            sqlx::query(READ_SCHEMA).fetch_one(&pool).await?;
            Ok(Some(Db::Sqlite(pool)))
        }
        DatabaseUrl::Postgres(url) => {
            let pool = postgres_pool(url, name, Durability::Full, 1).await?;
            let found: i64 = sqlx::query_scalar(SCHEMA).bind(name).fetch_one(&pool).await?;
            Ok((found > 0).then_some(Db::Postgres(pool)))
        }
    }
}

fn not_opened(url: &DatabaseUrl, name: &str, error: DbError) -> DbError {
    DbError::Open {
        place: place(url, name),
        error: Box::new(error),
    }
}

/// Creates a data folder and its missing parents. Only the owner can read it: it contains keys and decrypted rows.
///
/// # Errors
/// When the folder cannot be created.
pub fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

async fn connect_postgres(
    url: &str,
    schema: &str,
    durability: Durability,
    max_connections: u32,
) -> Result<sqlx::PgPool, DbError> {
    let pool = postgres_pool(url, schema, durability, max_connections).await?;
    create_schema(&pool, schema).await?;
    Ok(pool)
}

async fn postgres_pool(
    url: &str,
    schema: &str,
    durability: Durability,
    max_connections: u32,
) -> Result<sqlx::PgPool, DbError> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("call-ledger")
        // A pooler such as PgBouncer refuses parameters that it does not know when a connection starts. Those of a session
        // are set afterwards: see `begin_session`.
        .extra_float_digits(None)
        .disable_statement_logging();
    let of_session = schema.to_owned();
    let pool = PgPoolOptions::new()
        .max_connections(max_connections)
        .min_connections(0)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(Duration::from_mins(1))
        .after_connect(move |connection, _| {
            let schema = of_session.clone();
            Box::pin(async move { begin_session(connection, &schema, durability).await })
        })
        .connect_with(options)
        .await?;
    if is_first_use(url) {
        refuse_transaction_pooling(&pool).await?;
    }
    Ok(pool)
}

/// Sets what a session of PostgreSQL needs: the schema of all names, when a commit counts, and its limits.
///
/// # Errors
/// When the database cannot be used.
pub async fn begin_session(
    connection: &mut sqlx::PgConnection,
    schema: &str,
    durability: Durability,
) -> Result<(), sqlx::Error> {
    let commit = if durability == Durability::Full { "on" } else { "off" };
    let limits = SESSION_LIMITS.map(|(name, value)| format!(", set_config('{name}', '{value}', false)"));
    // In the simple protocol: behind a pooler that shares sessions, a prepared statement is that of any client. The schema is
    // a name of ours.
    let statement = format!(
        r#"select set_config('search_path', '"{schema}"', false), set_config('synchronous_commit', '{commit}', false){}"#,
        limits.concat()
    );
    connection.execute(&*statement).await.map(|_| ())
}

/// Whether this process uses the server for the first time.
fn is_first_use(url: &str) -> bool {
    static USED: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());
    let digest = BuildHasherDefault::<DefaultHasher>::default().hash_one(url);
    USED.lock().unwrap_or_else(PoisonError::into_inner).insert(digest)
}

/// Refuses a pooler that gives a server connection to another client after each transaction: the settings of a session,
/// prepared statements and notifications would be those of any client, and tables could be created in another schema.
/// It shows in the identifier of the server process, which two open connections then share, or which changes.
async fn refuse_transaction_pooling(pool: &sqlx::PgPool) -> Result<(), DbError> {
    if pool.options().get_max_connections() < 2 {
        return Ok(());
    }
    let (mut first, mut second) = (pool.acquire().await?, pool.acquire().await?);
    let (mut of_first, mut of_second) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..3 {
        of_first.insert(server_process(&mut first).await?);
        of_second.insert(server_process(&mut second).await?);
    }
    if of_first.len() == 1 && of_second.len() == 1 && of_first != of_second {
        return Ok(());
    }
    Err(DbError::TransactionPooling)
}

fn server_process(connection: &mut sqlx::PgConnection) -> BoxFuture<'_, Result<i32, sqlx::Error>> {
    Box::pin(async move {
        // Without arguments it is sent in the simple protocol: a prepared statement would not exist at the next server
        // connection.
        let row = connection.fetch_one("select pg_backend_pid()").await?;
        row.try_get(0)
    })
}

/// Creates a schema if it does not exist. Two processes may do so at the same time.
///
/// A role that may not create schemas can use one that exists.
pub(super) async fn create_schema(pool: &sqlx::PgPool, schema: &str) -> Result<(), DbError> {
    let exists: bool = sqlx::query_scalar("select exists (select from pg_namespace where nspname = $1)")
        .bind(schema)
        .fetch_one(pool)
        .await?;
    if exists {
        return Ok(());
    }
    let statement = format!(r#"create schema if not exists "{schema}""#);
    match unless_created_by_another(sqlx::query(&statement).execute(pool).await.map(|_| ())) {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(INSUFFICIENT_PRIVILEGE) => {
            Err(DbError::NoSchema(schema.to_owned()))
        }
        created => Ok(created?),
    }
}

/// Creates a table if it does not exist, by a statement that says so. Two processes may do so at the same time:
/// PostgreSQL then refuses one of them although it says `if not exists`.
///
/// # Errors
/// When the database cannot be used.
pub async fn create_table(db: &Db, statement: &str) -> Result<(), sqlx::Error> {
    unless_created_by_another(crate::on_db!(db, c => sqlx::query(statement).execute(c).await.map(|_| ())))
}

fn unless_created_by_another(created: Result<(), sqlx::Error>) -> Result<(), sqlx::Error> {
    match created {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(()),
        other => other,
    }
}

/// Lets a pool open its further connections to another file.
pub(super) fn redirect(pool: &sqlx::SqlitePool, file: &Path, durability: Durability) {
    pool.set_connect_options(sqlite_options(file, durability).create_if_missing(false));
}

fn sqlite_options(file: &Path, durability: Durability) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match durability {
            Durability::Full => SqliteSynchronous::Full,
            Durability::Relaxed => SqliteSynchronous::Normal,
        })
        .foreign_keys(true)
        .busy_timeout(SQLITE_BUSY_TIMEOUT)
        .statement_cache_capacity(256)
        // A negative value is in KiB: at most 64 MiB per connection, allocated as pages are read.
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "memory")
        // Deleted content is overwritten with zeros: a destroyed key and erased rows do not remain in a free page.
        .pragma("secure_delete", "on")
        .disable_statement_logging()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_and_debug_of_an_address_hide_the_password() {
        let url: DatabaseUrl = "postgres://ada:hunter2@db.example:6432/calls"
            .parse()
            .expect("an address");
        assert_eq!(format!("{url}"), "postgres://db.example:6432/calls");
        assert!(!format!("{url:?}").contains("hunter2"));
    }

    #[test]
    fn unknown_database_scheme_is_refused() {
        assert!("mysql://localhost/calls".parse::<DatabaseUrl>().is_err());
    }
}
