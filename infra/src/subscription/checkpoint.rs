//! Checkpoints of consumers, and the leases under which they run.
//!
//! The table is in the consumer's own namespace, so that rows and checkpoint change in one transaction. A lease selects
//! the process that runs the consumer. Its fencing token increases with each holder, and a holder with an older token
//! can no longer move the checkpoint.

use crate::db::{Db, Tx};
use crate::events::Position;
use crate::on_db;
use domain::Timestamp;

/// The table, for both engines.
pub const CHECKPOINT_DDL: &str = "create table if not exists checkpoint (
  name             text   primary key not null,
  position         bigint not null,
  fence            bigint not null,
  owner            text,
  lease_expires_at bigint not null,
  model_version    bigint not null,
  switched_at      bigint
)";

const CREATE: &str = "insert into checkpoint (name, position, fence, owner, lease_expires_at, model_version)
  values ($1, 0, 0, null, 0, $2) on conflict (name) do nothing";
const ACQUIRE: &str = "update checkpoint set fence = fence + 1, owner = $2, lease_expires_at = $3
  where name = $1 and (lease_expires_at < $4 or owner = $2) returning fence, position";
const SEIZE: &str = "update checkpoint set fence = fence + 1, owner = $2, lease_expires_at = $3
  where name = $1 returning fence, position";
const RENEW: &str = "update checkpoint set lease_expires_at = $3 where name = $1 and fence = $2";
const RELEASE: &str = "update checkpoint set lease_expires_at = 0, owner = null where name = $1 and fence = $2";
const ADVANCE: &str = "update checkpoint set position = $4 where name = $1 and position = $3 and fence = $2";
const READ: &str = "select name, position, fence, owner, lease_expires_at, model_version, switched_at
  from checkpoint where name = $1";

/// Every statement of this module. A test prepares them on both engines.
pub const STATEMENTS: &[&str] = &[CREATE, ACQUIRE, SEIZE, RENEW, RELEASE, ADVANCE, READ];

/// The right to run a consumer, until it expires or another process takes it with a higher token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Lease {
    /// The fencing token. Increases with each holder.
    pub fence: i64,
    /// The consumer's position when the lease was acquired.
    pub position: Position,
}

/// A consumer's checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Checkpoint {
    /// The consumer's name.
    pub name: String,
    /// The position of the last event applied.
    pub position: Position,
    /// The latest fencing token.
    pub fence: i64,
    /// The current or last holder of the lease.
    pub owner: Option<String>,
    /// Epoch microseconds.
    pub lease_expires_at: i64,
    /// The version of the rows.
    pub model_version: i64,
    /// When a rebuild last switched to these rows, in epoch microseconds.
    pub switched_at: Option<i64>,
}

/// Creates the consumer's checkpoint at position 0, if it does not exist.
///
/// # Errors
/// When the database cannot be used.
pub async fn create(db: &Db, name: &str, model_version: i64) -> Result<(), sqlx::Error> {
    on_db!(db, c => sqlx::query(CREATE).bind(name).bind(model_version).execute(c).await.map(|_| ()))
}

/// Acquires the lease if it is free, expired or already held by `owner`. `None` if another owner holds it.
///
/// # Errors
/// When the database cannot be used.
pub async fn acquire(
    db: &Db,
    name: &str,
    owner: &str,
    now: Timestamp,
    seconds: i64,
) -> Result<Option<Lease>, sqlx::Error> {
    let until = now.plus_seconds(seconds).as_micros();
    on_db!(db, c => sqlx::query_as(ACQUIRE)
        .bind(name)
        .bind(owner)
        .bind(until)
        .bind(now.as_micros())
        .fetch_optional(c)
        .await)
}

/// Takes the lease from any holder, which is fenced off. Used by the switch after a rebuild.
///
/// # Errors
/// When the database cannot be used.
pub async fn seize(tx: &mut Tx, name: &str, owner: &str, until: Timestamp) -> Result<Option<Lease>, sqlx::Error> {
    on_db!(tx: Tx, c => sqlx::query_as(SEIZE)
        .bind(name)
        .bind(owner)
        .bind(until.as_micros())
        .fetch_optional(&mut **c)
        .await)
}

/// Extends a lease. Returns `false` if another owner holds it by now.
///
/// # Errors
/// When the database cannot be used.
pub async fn renew(db: &Db, name: &str, lease: &Lease, now: Timestamp, seconds: i64) -> Result<bool, sqlx::Error> {
    let until = now.plus_seconds(seconds).as_micros();
    let rows = on_db!(db, c => sqlx::query(RENEW)
        .bind(name)
        .bind(lease.fence)
        .bind(until)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Releases a lease, so that another process does not wait for it to expire.
///
/// # Errors
/// When the database cannot be used.
pub async fn release(db: &Db, name: &str, lease: &Lease) -> Result<(), sqlx::Error> {
    on_db!(db, c => sqlx::query(RELEASE).bind(name).bind(lease.fence).execute(c).await.map(|_| ()))
}

/// Moves the checkpoint, in the transaction that writes the rows. Returns `false` if the holder is fenced off: it must
/// roll back and stop.
///
/// # Errors
/// When the database cannot be used.
pub async fn advance(
    tx: &mut Tx,
    name: &str,
    lease: &Lease,
    old: Position,
    new: Position,
) -> Result<bool, sqlx::Error> {
    let rows = on_db!(tx: Tx, c => sqlx::query(ADVANCE)
        .bind(name)
        .bind(lease.fence)
        .bind(old)
        .bind(new)
        .execute(&mut **c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Reads a checkpoint. `None` if it does not exist.
///
/// # Errors
/// When the database cannot be used.
pub async fn read(db: &Db, name: &str) -> Result<Option<Checkpoint>, sqlx::Error> {
    on_db!(db, c => sqlx::query_as(READ).bind(name).fetch_optional(c).await)
}
