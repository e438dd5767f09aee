//! Opening a database.

use super::{Db, DbError};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// Where a database is. Its `Debug` and `Display` never show a password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A folder in which SQLite files are kept.
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
                Err(_) => f.write_str("postgres://(not readable)"),
            },
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a commit promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A commit survives a power cut: events, keys, people.
    Full,
    /// A commit may be lost in a power cut, but never half: read models, which are rebuilt from the log.
    Relaxed,
}

/// How long a connection waits for another's lock before it gives up.
const BUSY: Duration = Duration::from_secs(10);
/// How long a caller waits for a free connection before it is told that the database is away.
const ACQUIRE: Duration = Duration::from_secs(2);

/// Opens `name` at `url`: a file in the folder, or a schema on the server. Makes it when it is not there.
///
/// # Errors
/// When the folder cannot be written, or the server cannot be reached.
pub async fn connect(url: &DatabaseUrl, name: &str, durability: Durability, most: u32) -> Result<Db, DbError> {
    match url {
        DatabaseUrl::Folder(folder) => {
            make_folder(folder).map_err(DbError::Folder)?;
            let options = sqlite_options(&folder.join(format!("{name}.db")), durability);
            let pool = SqlitePoolOptions::new()
                .max_connections(most)
                .acquire_timeout(ACQUIRE)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
                .connect_with(options)
                .await?;
            Ok(Db::Sqlite(pool))
        }
        DatabaseUrl::Postgres(url) => Ok(Db::Postgres(connect_postgres(url, name, durability, most).await?)),
    }
}

/// Makes a folder for data, and what is missing above it: readable by its owner alone, for it holds keys and opened rows.
///
/// # Errors
/// When the folder cannot be made.
pub fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

async fn connect_postgres(url: &str, schema: &str, durability: Durability, most: u32) -> Result<sqlx::PgPool, DbError> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("call-ledger")
        .options([("search_path", schema)])
        .options([(
            "synchronous_commit",
            if durability == Durability::Full { "on" } else { "off" },
        )])
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(most)
        .min_connections(0)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(Duration::from_mins(1))
        .connect_with(options)
        .await?;
    create_schema(&pool, schema).await?;
    Ok(pool)
}

/// Makes a schema. Two processes may start at once: whoever comes second finds it made.
pub(super) async fn create_schema(pool: &sqlx::PgPool, schema: &str) -> Result<(), sqlx::Error> {
    let statement = format!(r#"create schema if not exists "{schema}""#);
    match sqlx::query(&statement).execute(pool).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(()),
        other => other.map(|_| ()),
    }
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
        .busy_timeout(BUSY)
        .statement_cache_capacity(256)
        // KiB, when negative: 64 MiB a connection at most, taken only as pages are read.
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "memory")
        // What is deleted is overwritten with zeros, by whichever connection: a destroyed key must not linger in a free
        // page. In read models, which are rewritten all the time, wherever that costs no further write.
        .pragma(
            "secure_delete",
            if durability == Durability::Full { "on" } else { "fast" },
        )
        .disable_statement_logging()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_never_shows_its_password() {
        let url: DatabaseUrl = "postgres://ada:hunter2@db.example:6432/calls"
            .parse()
            .expect("an address");
        assert_eq!(format!("{url}"), "postgres://db.example:6432/calls");
        assert!(!format!("{url:?}").contains("hunter2"));
    }

    #[test]
    fn an_address_of_another_kind_is_refused() {
        assert!("mysql://localhost/calls".parse::<DatabaseUrl>().is_err());
    }
}
