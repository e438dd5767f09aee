//! The two databases behind one face.
//!
//! One SQL text serves both. [`on_db!`](crate::on_db) runs it on whichever is there; the few statements in which the
//! engines truly differ live in this module, in `event_store` and in `keys`.

mod connect;
mod migrate;
mod read_stores;

pub use connect::{DatabaseUrl, Durability, connect, make_folder};
pub use migrate::{migrate_keys, migrate_ledger};
pub use read_stores::{ShadowNamespace, Namespace, ReadStores};

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

/// What kind of database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one process writes.
    Sqlite,
    /// A server, shared by several processes.
    Postgres,
}

/// A database: a pool of connections to it.
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
    /// On a SQLite file.
    Sqlite(Transaction<'static, Sqlite>),
    /// On a PostgreSQL schema.
    Postgres(Transaction<'static, Postgres>),
}

/// Runs an expression on whichever engine a [`Db`] or a [`Tx`] holds.
///
/// `on_db!(&db, c => query.fetch_all(c).await)`; in a transaction of one's own
/// `on_db!(&mut tx, c => query.execute(&mut **c).await)`, and where `tx` is a `&mut Tx` already
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

impl Db {
    /// What kind of database it is.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a transaction that is going to write.
    ///
    /// SQLite takes its write lock at once (`begin immediate`): a lock that is taken later can be refused for good, when
    /// somebody else wrote in between.
    ///
    /// # Errors
    /// When the database cannot be reached, or stays locked.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(pool) => Tx::Sqlite(pool.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Moves what SQLite's write-ahead log holds into the file, so that the file alone is a whole copy. Nothing to do on
    /// PostgreSQL.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn checkpoint(&self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(pool) => sqlx::query("pragma wal_checkpoint(truncate)")
                .execute(pool)
                .await
                .map(|_| ()),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Closes every connection, waiting for those in use.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes everything that was written durable and visible.
    ///
    /// # Errors
    /// When the database refuses, or is gone: then nothing was written, or nobody knows.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    /// Takes everything back.
    ///
    /// # Errors
    /// When the database is gone; then it takes everything back by itself.
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
    /// The text is no address of a database that we know.
    #[error("not a database address: it must begin with `sqlite:` or `postgres:`")]
    Address,
    /// The folder of a SQLite file cannot be made or used.
    #[error("the data folder cannot be used")]
    Folder(#[source] std::io::Error),
    /// The schema could not be brought up to date.
    #[error("the schema could not be brought up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A migration that ran there differs from the one of this build.
    #[error("the database was created by a build from before the first release and cannot be opened by this one: use an empty data folder or database, or the build that created it")]
    EarlierBuild,
    /// The database said no, or nothing at all.
    #[error("the database could not be used")]
    Sqlx(#[from] sqlx::Error),
}

impl From<sqlx::migrate::MigrateError> for DbError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMismatch(_) => Self::EarlierBuild,
            error => Self::Migrate(error),
        }
    }
}

/// Whether the database is away for now (not reachable, full up, restarting), so that trying again makes sense.
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
            // PostgreSQL: connection errors, insufficient resources, shutting down. SQLite: busy, locked, I/O, full.
            ["08", "53", "57P"]
                .iter()
                .any(|class| code.len() == 5 && code.starts_with(class))
                || matches!(code.parse::<i32>().map(|code| code & 0xff), Ok(5 | 6 | 10 | 13))
        }),
        _ => false,
    }
}
