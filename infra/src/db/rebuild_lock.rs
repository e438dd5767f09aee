//! [`RebuildLock`]: shows that the process that rebuilds a read model still runs. The operating system, or the server of
//! the database, releases it as soon as that process ends, however it ends; a lease lasts for seconds longer.

use super::DbError;
use sqlx::{PgConnection, PgPool};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

/// The first part of the keys of PostgreSQL's advisory locks on rebuilds.
const LOCK_CLASS: i32 = 0x7265_6275;
const LOCK: &str = "select pg_try_advisory_lock($1, hashtext($2))";
const IS_LOCKED: &str = "select exists (select from pg_locks
  where locktype = 'advisory' and granted and objsubid = 2
    and database = (select oid from pg_database where datname = current_database())
    and classid = cast($1 as bigint)::oid and objid = (cast(hashtext($2) as bigint) & 4294967295)::oid)";

/// The statements of this file, for PostgreSQL. A test prepares them.
pub const STATEMENTS: [&str; 2] = [LOCK, IS_LOCKED];

/// How often a lock on a file is tried: a process that only looks whether it is held, holds it for a moment.
const FILE_ATTEMPTS: usize = 5;
const FILE_RETRY_AFTER: Duration = Duration::from_millis(20);

/// Held until dropped.
#[derive(Debug)]
pub enum RebuildLock {
    File(File),
    /// The session that holds the lock. It is not one of the pool's.
    Session(PgConnection),
}

/// Takes the lock of a file. `None`: another process holds it.
pub(super) async fn lock_file(path: &Path) -> Result<Option<RebuildLock>, DbError> {
    let file = open(path)?;
    for _ in 0..FILE_ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(Some(RebuildLock::File(file))),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(FILE_RETRY_AFTER).await,
            Err(TryLockError::Error(error)) => return Err(DbError::Folder(error)),
        }
    }
    Ok(None)
}

/// Whether a process holds the lock of a file.
pub(super) fn is_file_locked(path: &Path) -> Result<bool, DbError> {
    match open(path)?.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(DbError::Folder(error)),
    }
}

fn open(path: &Path) -> Result<File, DbError> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    options.open(path).map_err(DbError::Folder)
}

/// Takes the lock of a model on the server. `None`: another process holds it.
pub(super) async fn lock_on_server(pool: &PgPool, model: &str) -> Result<Option<RebuildLock>, DbError> {
    let mut session = pool.acquire().await?.detach();
    let is_taken: bool = sqlx::query_scalar(LOCK)
        .bind(LOCK_CLASS)
        .bind(model)
        .fetch_one(&mut session)
        .await?;
    Ok(is_taken.then_some(RebuildLock::Session(session)))
}

/// Whether a process holds the lock of a model on the server.
pub(super) async fn is_locked_on_server(pool: &PgPool, model: &str) -> Result<bool, DbError> {
    let query = sqlx::query_scalar(IS_LOCKED).bind(i64::from(LOCK_CLASS)).bind(model);
    Ok(query.fetch_one(pool).await?)
}
