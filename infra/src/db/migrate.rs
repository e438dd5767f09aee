//! Runs the migrations of the ledger and of the key store. The files in `migrations/` have the same numbers for both
//! engines.

use super::{Db, DbError};
use sqlx::migrate::Migrator;

static SQLITE_LEDGER: Migrator = sqlx::migrate!("../migrations/sqlite/ledger");
static POSTGRES_LEDGER: Migrator = sqlx::migrate!("../migrations/postgres/ledger");
static SQLITE_KEYS: Migrator = sqlx::migrate!("../migrations/sqlite/keys");
static POSTGRES_KEYS: Migrator = sqlx::migrate!("../migrations/postgres/keys");

/// Migrates the ledger's schema.
///
/// # Errors
/// When a migration fails, or an applied migration differs from this build's.
pub async fn migrate_ledger(db: &Db) -> Result<(), DbError> {
    match db {
        Db::Sqlite(pool) => SQLITE_LEDGER.run(pool).await?,
        Db::Postgres(pool) => POSTGRES_LEDGER.run(pool).await?,
    }
    Ok(())
}

/// Migrates the key store's schema.
///
/// # Errors
/// When a migration fails, or an applied migration differs from this build's.
pub async fn migrate_keys(db: &Db) -> Result<(), DbError> {
    match db {
        Db::Sqlite(pool) => SQLITE_KEYS.run(pool).await?,
        Db::Postgres(pool) => POSTGRES_KEYS.run(pool).await?,
    }
    Ok(())
}
