//! A common interface to SQLite and PostgreSQL.
//!
//! Most SQL texts run on both. [`on_db!`](crate::on_db) runs an expression on the engine in use. Statements in which
//! the engines differ are in this module, in `event_store` and in `keys`.

pub mod belonging;
mod cause;
mod connect;
mod migrate;
mod read_stores;
pub mod rebuild_lock;
pub mod rebuild_records;

pub(crate) use cause::sqlite_cause;
pub use cause::{cause, is_damaged};
pub use connect::{DatabaseUrl, Durability, begin_session, connect, create_table, exists, make_folder};
pub use migrate::{migrate, migrate_keys, migrate_ledger};
pub use read_stores::{Namespace, ReadStores, ShadowNamespace};

use std::time::{Duration, Instant};

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

/// How long a checkpoint of SQLite's write-ahead log is retried while readers use it.
const CHECKPOINT_TIMEOUT: Duration = Duration::from_secs(5);
const CHECKPOINT_RETRY_INTERVAL: Duration = Duration::from_millis(20);

/// The database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded; only one process writes.
    Sqlite,
    /// A server, shared by several processes.
    Postgres,
}

/// A pool of connections to a database.
#[derive(Clone, Debug)]
pub enum Db {
    /// A SQLite file.
    Sqlite(SqlitePool),
    /// A PostgreSQL schema.
    Postgres(PgPool),
}

/// An open transaction. Dropped without a commit, it is rolled back.
#[derive(Debug)]
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs an expression on the engine of a [`Db`] or a [`Tx`].
///
/// `on_db!(&db, c => query.fetch_all(c).await)`. With an owned transaction
/// `on_db!(&mut tx, c => query.execute(&mut **c).await)`, with a `&mut Tx`
/// `on_db!(tx: Tx, c => query.execute(&mut **c).await)`.
#[macro_export]
macro_rules! on_db {
    (&mut $tx:ident, $c:ident => $e:expr) => {
        match &mut $tx {
            $crate::db::Tx::Sqlite($c) => $e,
            $crate::db::Tx::Postgres($c) => $e,
        }
    };
    ($tx:ident: Tx, $c:ident => $e:expr) => {
        match $tx {
            $crate::db::Tx::Sqlite($c) => $e,
            $crate::db::Tx::Postgres($c) => $e,
        }
    };
    ($db:expr, $c:ident => $e:expr) => {
        match $db {
            $crate::db::Db::Sqlite($c) => $e,
            $crate::db::Db::Postgres($c) => $e,
        }
    };
}

impl Tx {
    /// The engine of this database.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

impl Db {
    /// The engine of this database.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a write transaction.
    ///
    /// SQLite takes its write lock at once (`begin immediate`): upgrading a read lock later fails permanently if
    /// another connection has written in between.
    ///
    /// # Errors
    /// When the database cannot be reached, or stays locked.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(pool) => {
                // In a task of its own, which ends also when the caller is cancelled: between `begin` and its check, sqlx
                // 0.8 has no `Transaction` that would roll back, and the connection would keep the write lock.
                let pool = pool.clone();
                let begun = tokio::spawn(async move { pool.begin_with("begin immediate").await });
                Tx::Sqlite(begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
            }
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Moves SQLite's write-ahead log into the file and empties it, so that the file alone is complete. Does nothing on
    /// PostgreSQL.
    ///
    /// # Errors
    /// When the database cannot be used, or a reader keeps the write-ahead log in use.
    pub async fn checkpoint(&self) -> Result<(), sqlx::Error> {
        let Self::Sqlite(pool) = self else { return Ok(()) };
        let deadline = Instant::now() + CHECKPOINT_TIMEOUT;
        loop {
            // The pragma does not fail while a reader uses the log: it reports that it is busy.
            let (busy, _, _): (i64, i64, i64) = sqlx::query_as("pragma wal_checkpoint(truncate)")
                .fetch_one(pool)
                .await?;
            if busy == 0 {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(sqlx::Error::Io(std::io::ErrorKind::ResourceBusy.into()));
            }
            tokio::time::sleep(CHECKPOINT_RETRY_INTERVAL).await;
        }
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Commits the transaction.
    ///
    /// # Errors
    /// When the commit fails. If the connection was lost, the outcome is unknown.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    /// Rolls the transaction back.
    ///
    /// # Errors
    /// When the connection was lost; then the database rolls back on its own.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await,
            Self::Postgres(tx) => tx.rollback().await,
        }
    }
}

/// Why a database could not be opened or used.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The address has an unknown scheme.
    #[error("not a database address: it must start with `sqlite:` or `postgres:`")]
    Address,
    /// The folder of a SQLite file cannot be created or used.
    #[error("cannot use the data folder")]
    Folder(#[source] std::io::Error),
    /// A migration failed.
    #[error("cannot migrate the database schema")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// An applied migration differs from this build's.
    #[error(
        "the database was created by a build from before the first release and cannot be opened by this one: use an empty data folder or database, or the build that created it"
    )]
    EarlierBuild,
    /// A migration that this build does not have was applied.
    #[error(
        "the database was used by a newer version of call-ledger (migration {0}), which this version cannot read: use that version or a later one"
    )]
    LaterBuild(i64),
    /// The role may not create a schema that does not exist.
    #[error(
        "the schema `{0}` does not exist, and the role may not create it: give the role the right CREATE on the database, or create the schema with the role as its owner"
    )]
    NoSchema(String),
    /// The server is reached through a pooler that shares sessions.
    #[error(
        "the database is reached through a pooler that pools by transaction, and the service needs sessions of its own: set pool_mode = session for it, or connect to PostgreSQL directly"
    )]
    TransactionPooling,
    /// The database returned an error or is unavailable.
    #[error("database error")]
    Sqlx(#[from] sqlx::Error),
    /// A file ends before its last page.
    #[error("the file ends after {found} of {expected} bytes")]
    Truncated {
        /// In bytes.
        found: u64,
        /// In bytes.
        expected: u64,
    },
    /// A database that cannot be opened.
    #[error("cannot open {place}{}: {}", error.advice(), error.cause())]
    Open {
        /// The file, or the server and the schema.
        place: String,
        /// Not a `source`: the message contains its cause.
        error: Box<Self>,
    },
}

impl DbError {
    /// Whether the file or the server's storage is damaged, so that a retry does not help.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Sqlx(error) => is_damaged(error),
            Self::Truncated { .. } => true,
            Self::Open { error, .. } => error.is_damage(),
            _ => false,
        }
    }

    /// What to do about it, as the end of a sentence. Empty where the error itself says so.
    fn advice(&self) -> &'static str {
        match self {
            error if error.is_damage() => {
                ", which is damaged (stop the service, keep the damaged file, and restore the database from its backup: docs/operators.md, Back up and restore)"
            }
            Self::Sqlx(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => {
                " (check that the server runs, and that its address is right)"
            }
            Self::Sqlx(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code.starts_with("28")) => {
                " (check the user and the password in its address)"
            }
            _ => "",
        }
    }
}

impl From<sqlx::migrate::MigrateError> for DbError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMismatch(_) => Self::EarlierBuild,
            sqlx::migrate::MigrateError::VersionMissing(version) => Self::LaterBuild(version),
            error => Self::Migrate(error),
        }
    }
}

/// Whether the database is temporarily unavailable (not reachable, out of resources, restarting), so that a retry may
/// succeed.
#[must_use]
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // PostgreSQL: connection errors, insufficient resources, shutting down, system errors; a server that is read-only
            // after a failover; a lock or a transaction that took too long, a conflict with another transaction. SQLite:
            // busy, locked, I/O, full.
            ["08", "53", "57", "58", "25006", "25P03", "55P03", "40001", "40P01"]
                .iter()
                .any(|class| code.len() == 5 && code.starts_with(class))
                // PostgreSQL's codes have five characters.
                || code.len() < 5 && matches!(code.parse::<i32>().map(|code| code & 0xff), Ok(5 | 6 | 10 | 13))
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cancels `begin` after every number of its steps: between two polls, the connection's thread has the time to
    /// complete what the first one asked for.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn cancelled_begin_leaves_no_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::Folder(folder.path().into());
        let db = connect(&url, "cancelled", Durability::Relaxed, 1).await.expect("opens");
        for polls in 1..=8 {
            let mut begun = Box::pin(db.begin());
            for _ in 0..polls {
                if futures::poll!(&mut begun).is_ready() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            drop(begun);
            let tx = db.begin().await;
            assert!(tx.is_ok(), "cancelled after {polls} polls: {:?}", tx.err());
        }
        db.close().await;
    }
}
