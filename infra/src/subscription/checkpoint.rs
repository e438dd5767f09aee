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
  switched_at      bigint,
  ledger           text,
  marked_position  bigint,
  marked_hash      text
)";

/// Columns that tables of earlier versions do not have.
const ADDED_COLUMNS: [(&str, &str); 3] = [
    ("ledger", "text"),
    ("marked_position", "bigint"),
    ("marked_hash", "text"),
];

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
                " where name = $1 and (owner = $2 or lease_expires_at < ",
                $now!(),
                " or lease_expires_at > $4 + ",
                $now!(),
                " or (owner like $5)) returning fence, position"
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
                " then owner end as holder, model_version, switched_at, ledger, marked_position, marked_hash",
                " from checkpoint where name = $1"
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
const ADVANCE: &str = "update checkpoint
  set position = $4, ledger = coalesce($5, ledger), marked_position = coalesce($6, marked_position),
      marked_hash = coalesce($7, marked_hash)
  where name = $1 and position = $3 and fence = $2";
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

/// A place in a log, by which it is recognized: the identity of the log, and the hash of the event at a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogMark {
    pub ledger: String,
    pub position: Position,
    /// Leaf hash, 64 lower-case hexadecimal digits.
    pub hash: String,
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
    /// The log whose events were applied. Absent: none yet, or by an earlier version.
    pub ledger: Option<String>,
    marked_position: Option<Position>,
    marked_hash: Option<String>,
}

impl Checkpoint {
    /// The place in the log up to which events were certainly applied.
    #[must_use]
    pub fn mark(&self) -> Option<LogMark> {
        Some(LogMark {
            ledger: self.ledger.clone()?,
            position: self.marked_position?,
            hash: self.marked_hash.clone()?,
        })
    }
}

/// Adds the columns that a table of an earlier version does not have.
///
/// # Errors
/// When the database cannot be used.
pub async fn add_missing_columns(db: &Db) -> Result<(), sqlx::Error> {
    const SQLITE: &str = "select count(*) from pragma_table_info('checkpoint') where name = $1";
    const POSTGRES: &str = "select count(*) from information_schema.columns
      where table_schema = current_schema() and table_name = 'checkpoint' and column_name = $1";
    let exists = async |column: &str| -> Result<bool, sqlx::Error> {
        let found: i64 = match db {
            Db::Sqlite(c) => sqlx::query_scalar(SQLITE).bind(column).fetch_one(c).await?,
            Db::Postgres(c) => sqlx::query_scalar(POSTGRES).bind(column).fetch_one(c).await?,
        };
        Ok(found > 0)
    };
    let [.., (last, _)] = ADDED_COLUMNS;
    if exists(last).await? {
        return Ok(());
    }
    for (column, kind) in ADDED_COLUMNS {
        let statement = format!("alter table checkpoint add column {column} {kind}");
        let added = on_db!(db, c => sqlx::query(&statement).execute(c).await.map(|_| ()));
        // Another process may have added it.
        if added.is_err() && !exists(column).await? {
            return added;
        }
    }
    Ok(())
}

/// Creates the consumer's checkpoint at position 0, if it does not exist.
///
/// # Errors
/// When the database cannot be used.
pub async fn create(db: &Db, name: &str, model_version: i64) -> Result<(), sqlx::Error> {
    on_db!(db, c => sqlx::query(CREATE).bind(name).bind(model_version).execute(c).await.map(|_| ()))
}

/// Longer than any lease lasts. One that seems to expire later was written by a clock that has been set back since.
const MAX_LEASE_SECONDS: i64 = 600;

/// Acquires the lease if it is free, expired or already held by `owner`. `None` if another owner holds it.
///
/// # Errors
/// When the database cannot be used.
pub async fn acquire(db: &Db, name: &str, owner: &str, seconds: i64) -> Result<Option<Lease>, sqlx::Error> {
    acquire_unless(db, name, owner, seconds, None).await
}

/// As [`acquire`], also if the holder is an earlier process of this data folder, whose lock proves that it has ended.
///
/// # Errors
/// When the database cannot be used.
pub async fn acquire_from_ended(db: &Db, name: &str, owner: &str, seconds: i64) -> Result<Option<Lease>, sqlx::Error> {
    acquire_unless(db, name, owner, seconds, Some(PROCESSES)).await
}

/// The owners that follow the log: see `new_id("process")`. A rebuild has another one, and may be of a command line.
const PROCESSES: &str = "process_%";

async fn acquire_unless(
    db: &Db,
    name: &str,
    owner: &str,
    seconds: i64,
    ended: Option<&str>,
) -> Result<Option<Lease>, sqlx::Error> {
    let text = timed(db.engine()).acquire;
    on_db!(db, c => sqlx::query_as(text)
        .bind(name)
        .bind(owner)
        .bind(seconds * MICROS_PER_SECOND)
        .bind(MAX_LEASE_SECONDS * MICROS_PER_SECOND)
        .bind(ended)
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

/// As [`renew`], in a transaction: the lease is then held until it is committed.
///
/// # Errors
/// When the database cannot be used.
pub async fn renew_in(tx: &mut Tx, name: &str, lease: &Lease, seconds: i64) -> Result<bool, sqlx::Error> {
    let text = timed(tx.engine()).renew;
    let rows = on_db!(tx: Tx, c => sqlx::query(text)
        .bind(name)
        .bind(lease.fence)
        .bind(seconds * MICROS_PER_SECOND)
        .execute(&mut **c)
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

/// Moves the checkpoint, in the transaction that writes the rows, and notes where it is in the log. Returns `false` if the holder is fenced off: it must
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
    mark: Option<&LogMark>,
) -> Result<bool, sqlx::Error> {
    let rows = on_db!(tx: Tx, c => sqlx::query(ADVANCE)
        .bind(name)
        .bind(lease.fence)
        .bind(old)
        .bind(new)
        .bind(mark.map(|mark| &mark.ledger))
        .bind(mark.map(|mark| mark.position))
        .bind(mark.map(|mark| &mark.hash))
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
