//! Checkpoints of consumers, and the leases under which they run.
//!
//! The table is in the consumer's own namespace, so that rows and checkpoint change in one transaction. A lease selects
//! the process that runs the consumer. Its fencing token increases with each holder, and a holder with an older token
//! can no longer move the checkpoint.
//!
//! Leases expire by the database's clock: those of the processes may differ, and the sandbox's may run faster.

use crate::db::{Db, Engine, Tx};
use crate::events::Position;
use crate::on_db;

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
/// Now in epoch microseconds, in SQLite's SQL.
macro_rules! sqlite_now {
    () => {
        "cast(unixepoch('subsec') * 1000000 as integer)"
    };
}
/// Now in epoch microseconds, in PostgreSQL's SQL.
macro_rules! postgres_now {
    () => {
        "cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)"
    };
}
/// The statements that ask for the time. Durations are in microseconds.
macro_rules! timed {
    ($now:ident) => {
        Timed {
            acquire: concat!(
                "update checkpoint set fence = fence + 1, owner = $2, lease_expires_at = $3 + ",
                $now!(),
                " where name = $1 and (lease_expires_at < ",
                $now!(),
                " or owner = $2) returning fence, position"
            ),
            seize: concat!(
                "update checkpoint set fence = fence + 1, owner = $2, lease_expires_at = $3 + ",
                $now!(),
                " where name = $1 returning fence, position"
            ),
            renew: concat!(
                "update checkpoint set lease_expires_at = $3 + ",
                $now!(),
                " where name = $1 and fence = $2"
            ),
            read: concat!(
                "select name, position, fence, case when lease_expires_at >= ",
                $now!(),
                " then owner end as holder, model_version, switched_at from checkpoint where name = $1"
            ),
        }
    };
}

struct Timed {
    acquire: &'static str,
    seize: &'static str,
    renew: &'static str,
    read: &'static str,
}

static SQLITE: Timed = timed!(sqlite_now);
static POSTGRES: Timed = timed!(postgres_now);

const fn timed(engine: Engine) -> &'static Timed {
    match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    }
}

const RELEASE: &str = "update checkpoint set lease_expires_at = 0, owner = null where name = $1 and fence = $2";
const ADVANCE: &str = "update checkpoint set position = $4 where name = $1 and position = $3 and fence = $2";
/// Every statement of this module. A test prepares them.
#[must_use]
pub const fn statements(engine: Engine) -> [&'static str; 7] {
    let timed = timed(engine);
    [
        CREATE,
        timed.acquire,
        timed.seize,
        timed.renew,
        RELEASE,
        ADVANCE,
        timed.read,
    ]
}

const MICROS_PER_SECOND: i64 = 1_000_000;

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
    /// The holder of the lease, unless it has expired.
    pub holder: Option<String>,
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
pub async fn acquire(db: &Db, name: &str, owner: &str, seconds: i64) -> Result<Option<Lease>, sqlx::Error> {
    let text = timed(db.engine()).acquire;
    on_db!(db, c => sqlx::query_as(text)
        .bind(name)
        .bind(owner)
        .bind(seconds * MICROS_PER_SECOND)
        .fetch_optional(c)
        .await)
}

/// Takes the lease from any holder, which is fenced off. Used by the switch after a rebuild.
///
/// # Errors
/// When the database cannot be used.
pub async fn seize(tx: &mut Tx, name: &str, owner: &str, seconds: i64) -> Result<Option<Lease>, sqlx::Error> {
    let text = timed(tx.engine()).seize;
    on_db!(tx: Tx, c => sqlx::query_as(text)
        .bind(name)
        .bind(owner)
        .bind(seconds * MICROS_PER_SECOND)
        .fetch_optional(&mut **c)
        .await)
}

/// Extends a lease. Returns `false` if another owner holds it by now.
///
/// # Errors
/// When the database cannot be used.
pub async fn renew(db: &Db, name: &str, lease: &Lease, seconds: i64) -> Result<bool, sqlx::Error> {
    let text = timed(db.engine()).renew;
    let rows = on_db!(db, c => sqlx::query(text)
        .bind(name)
        .bind(lease.fence)
        .bind(seconds * MICROS_PER_SECOND)
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
    let text = timed(db.engine()).read;
    on_db!(db, c => sqlx::query_as(text).bind(name).fetch_optional(c).await)
}
