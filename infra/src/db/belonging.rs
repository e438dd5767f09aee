//! Which log a store belongs to: a key store or accounts that were made for one log must not be used with another one,
//! and a missing one must not be made anew beside a log that has events.
//!
//! A store is looked at before it is opened, because opening creates what is missing.

use super::connect::{DatabaseUrl, connect_existing};
use super::{Db, DbError, create_table};
use crate::on_db;

/// The table, for both engines. At most one row.
const DDL: &str = "create table if not exists belongs_to (
  one    bigint primary key not null check (one = 1),
  ledger text   not null
)";
const READ: &str = "select ledger from belongs_to";
const MARK: &str = "insert into belongs_to (one, ledger) values (1, $1) on conflict (one) do nothing";

/// The statements of this file. A test prepares them.
pub const STATEMENTS: [&str; 2] = [READ, MARK];

/// A store that exists.
#[derive(Debug)]
pub struct ExistingStore {
    /// Open until [`ExistingStore::close`].
    pub db: Db,
    /// The identity of the log that it belongs to. `None`: it is new, or an earlier version made it.
    pub ledger: Option<String>,
}

impl ExistingStore {
    /// Opens a store without creating anything. `None` if it does not exist.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find(url: &DatabaseUrl, name: &str) -> Result<Option<Self>, DbError> {
        let Some(db) = connect_existing(url, name).await? else {
            return Ok(None);
        };
        let ledger = if has_table(&db, "belongs_to").await? {
            on_db!(&db, c => sqlx::query_scalar(READ).fetch_optional(c).await)?
        } else {
            None
        };
        Ok(Some(Self { db, ledger }))
    }

    /// Whether a query finds a row. `false` if its table does not exist.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn has_rows(&self, table: &str) -> Result<bool, DbError> {
        if !has_table(&self.db, table).await? {
            return Ok(false);
        }
        let query = format!("select 1 from {table} limit 1");
        let found: Option<i32> = on_db!(&self.db, c => sqlx::query_scalar(&query).fetch_optional(c).await)?;
        Ok(found.is_some())
    }

    /// Closes the connection.
    pub async fn close(self) {
        self.db.close().await;
    }
}

/// Whether the store has this table.
///
/// # Errors
/// When the database cannot be used.
pub async fn has_table(db: &Db, table: &str) -> Result<bool, sqlx::Error> {
    const SQLITE: &str = "select count(*) from sqlite_master where type = 'table' and name = $1";
    const POSTGRES: &str = "select count(*) from pg_tables where schemaname = current_schema() and tablename = $1";
    let found: i64 = match db {
        Db::Sqlite(c) => sqlx::query_scalar(SQLITE).bind(table).fetch_one(c).await?,
        Db::Postgres(c) => sqlx::query_scalar(POSTGRES).bind(table).fetch_one(c).await?,
    };
    Ok(found > 0)
}

/// Marks a store as belonging to a log, unless it is marked already. Returns the log that it belongs to.
///
/// # Errors
/// When the database cannot be used.
pub async fn mark(db: &Db, ledger: &str) -> Result<String, DbError> {
    if !has_table(db, "belongs_to").await? {
        create_table(db, DDL).await?;
    }
    on_db!(db, c => sqlx::query(MARK).bind(ledger).execute(c).await.map(|_| ()))?;
    Ok(on_db!(db, c => sqlx::query_scalar(READ).fetch_one(c).await)?)
}
