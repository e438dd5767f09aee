//! Rebuilds of read models as all processes see them: how far one is, and how the last one ended. The table is in the
//! registry: [`super::ReadStores::registry`].

use super::{Db, DbError};
use crate::on_db;

/// The table, for both engines.
pub(super) const DDL: &str = "create table if not exists rebuilds (
  model    text primary key not null,
  owner    text,
  progress text,
  outcome  text
)";

const PROGRESS: &str = "insert into rebuilds (model, owner, progress) values ($1, $2, $3)
  on conflict (model) do update set owner = excluded.owner, progress = excluded.progress";
const ENDED: &str = "insert into rebuilds (model, outcome) values ($1, $2)
  on conflict (model) do update set owner = null, progress = null, outcome = excluded.outcome";
const ENDED_BY: &str =
    "update rebuilds set owner = null, progress = null, outcome = $3 where model = $1 and owner = $2";
const ALL: &str = "select model, owner, progress, outcome from rebuilds";

/// The statements of this file. A test prepares them.
pub const STATEMENTS: [&str; 4] = [PROGRESS, ENDED, ENDED_BY, ALL];

/// The rebuilds of a model.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RebuildRecord {
    pub model: String,
    /// Who runs the rebuild. Whether they still do is known from the lock of rebuilds.
    pub owner: Option<String>,
    /// As JSON, while a rebuild runs.
    pub progress: Option<String>,
    /// The result of the last rebuild that ended, as JSON.
    pub outcome: Option<String>,
}

/// Records how far a rebuild is.
///
/// # Errors
/// When the database cannot be used.
pub async fn put_progress(registry: &Db, model: &str, owner: &str, progress: &str) -> Result<(), DbError> {
    on_db!(registry, c => sqlx::query(PROGRESS).bind(model).bind(owner).bind(progress).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Records how a rebuild ended.
///
/// # Errors
/// When the database cannot be used.
pub async fn put_outcome(registry: &Db, model: &str, outcome: &str) -> Result<(), DbError> {
    on_db!(registry, c => sqlx::query(ENDED).bind(model).bind(outcome).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Records how the rebuild of an owner ended that has not recorded it. Returns `false` if it has, or if another one runs.
///
/// # Errors
/// When the database cannot be used.
pub async fn put_outcome_of(registry: &Db, model: &str, owner: &str, outcome: &str) -> Result<bool, DbError> {
    let rows = on_db!(registry, c => sqlx::query(ENDED_BY).bind(model).bind(owner).bind(outcome).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// The rebuilds of all models.
///
/// # Errors
/// When the database cannot be used.
pub async fn all(registry: &Db) -> Result<Vec<RebuildRecord>, DbError> {
    Ok(on_db!(registry, c => sqlx::query_as(ALL).fetch_all(c).await)?)
}
