//! Bringing a schema up to date. The files are in `migrations/`, under the same numbers for both engines.

use super::{Db, DbError};
use sqlx::migrate::Migrator;

static SQLITE_LEDGER: Migrator = sqlx::migrate!("../migrations/sqlite/ledger");
static POSTGRES_LEDGER: Migrator = sqlx::migrate!("../migrations/postgres/ledger");
static SQLITE_KEYS: Migrator = sqlx::migrate!("../migrations/sqlite/keys");
static POSTGRES_KEYS: Migrator = sqlx::migrate!("../migrations/postgres/keys");

/// Brings the log's schema up to date.
///
/// # Errors
/// When a migration fails, or one that ran before has been changed since.
pub async fn migrate_ledger(db: &Db) -> Result<(), DbError> {
    match db {
        Db::Sqlite(pool) => SQLITE_LEDGER.run(pool).await?,
        Db::Postgres(pool) => POSTGRES_LEDGER.run(pool).await?,
    }
    Ok(())
}

/// Brings the key store's schema up to date.
///
/// # Errors
/// When a migration fails, or one that ran before has been changed since.
pub async fn migrate_keys(db: &Db) -> Result<(), DbError> {
    match db {
        Db::Sqlite(pool) => SQLITE_KEYS.run(pool).await?,
        Db::Postgres(pool) => POSTGRES_KEYS.run(pool).await?,
    }
    Ok(())
}
