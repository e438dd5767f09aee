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
pub use connect::{DatabaseUrl, Durability, begin_session, connect, create_table, make_folder};
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

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn cancelled_begin_leaves_no_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::Folder(folder.path().into());
        let db = connect(&url, "cancelled", Durability::Relaxed, 2).await.expect("opens");
        for round in 0..400_u64 {
            // From before `begin` to after it, in steps of microseconds.
            let cut = Duration::from_micros(round % 200 * 5);
            drop(tokio::time::timeout(cut, db.begin()).await);
            let begun = std::pin::pin!(db.begin());
            let mut polls = round % 6;
            // Dropped after a number of polls, whatever the time.
            let cancelled = futures::future::select(
                begun,
                std::future::poll_fn(|context| {
                    context.waker().wake_by_ref();
                    polls = polls.saturating_sub(1);
                    if polls == 0 {
                        std::task::Poll::Ready(())
                    } else {
                        std::task::Poll::Pending
                    }
                }),
            )
            .await;
            drop(cancelled);
        }
        let tx = db.begin().await.expect("no connection holds the lock");
        drop(tx);
        db.close().await;
    }
}
