//! Runs the migrations of the ledger, the key store and the accounts. The files in `migrations/` have the same numbers for
//! both engines.
//!
//! The applied migrations are read first: a role that may not create tables can open a database that is up to date.

use super::{Db, DbError, belonging};
use crate::on_db;
use sqlx::migrate::{MigrateError, Migrator};
use std::collections::HashMap;

static SQLITE_LEDGER: Migrator = sqlx::migrate!("../migrations/sqlite/ledger");
static POSTGRES_LEDGER: Migrator = sqlx::migrate!("../migrations/postgres/ledger");
static SQLITE_KEYS: Migrator = sqlx::migrate!("../migrations/sqlite/keys");
static POSTGRES_KEYS: Migrator = sqlx::migrate!("../migrations/postgres/keys");

const APPLIED: &str = "select version, checksum from _sqlx_migrations where success";

/// Migrates the ledger's schema.
///
/// # Errors
/// When a migration fails, or an applied migration differs from this build's.
pub async fn migrate_ledger(db: &Db) -> Result<(), DbError> {
    migrate(db, &SQLITE_LEDGER, &POSTGRES_LEDGER).await
}

/// Migrates the key store's schema.
///
/// # Errors
/// When a migration fails, or an applied migration differs from this build's.
pub async fn migrate_keys(db: &Db) -> Result<(), DbError> {
    migrate(db, &SQLITE_KEYS, &POSTGRES_KEYS).await
}

/// Migrates a schema, unless it is up to date.
///
/// # Errors
/// As [`migrate_ledger`].
pub async fn migrate(db: &Db, sqlite: &Migrator, postgres: &Migrator) -> Result<(), DbError> {
    let migrator = match db {
        Db::Sqlite(_) => sqlite,
        Db::Postgres(_) => postgres,
    };
    if belonging::has_table(db, "_sqlx_migrations").await? && is_up_to_date(db, migrator).await? {
        return Ok(());
    }
    match db {
        Db::Sqlite(pool) => migrator.run(pool).await?,
        Db::Postgres(pool) => migrator.run(pool).await?,
    }
    Ok(())
}

async fn is_up_to_date(db: &Db, migrator: &Migrator) -> Result<bool, DbError> {
    let applied: Vec<(i64, Vec<u8>)> = on_db!(db, c => sqlx::query_as(APPLIED).fetch_all(c).await)?;
    let applied: HashMap<i64, Vec<u8>> = applied.into_iter().collect();
    for migration in migrator.iter() {
        match applied.get(&migration.version) {
            None => return Ok(false),
            Some(checksum) if checksum[..] != migration.checksum[..] => {
                return Err(MigrateError::VersionMismatch(migration.version).into());
            }
            Some(_) => {}
        }
    }
    match applied.keys().find(|version| !migrator.version_exists(**version)) {
        Some(version) => Err(MigrateError::VersionMissing(*version).into()),
        None => Ok(true),
    }
}
