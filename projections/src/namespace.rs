//! A read model's namespace made ready: its tables, its checkpoint, its dead letters.

use crate::projector::Projector;
use crate::rows::execute_script;
use infra::db::{Db, Namespace};
use infra::on_db;
use infra::subscription::checkpoint::{self, CHECKPOINT_DDL, Checkpoint};

/// Events that could not be projected, and those that follow them on their streams. The same text on both engines.
const DEAD_LETTERS_DDL: &str = "create table if not exists dead_letters (
  position       bigint primary key not null,
  aggregate_type text   not null,
  aggregate_id   text   not null,
  sequence       bigint not null,
  event_type     text   not null,
  reason         text   not null,
  parked_at      bigint not null
)";

/// Reads the checkpoint of the model in this namespace; makes tables and checkpoint where there are none.
///
/// # Errors
/// When the database cannot be used.
pub(crate) async fn prepare(projector: &dyn Projector, namespace: &Namespace) -> Result<Checkpoint, sqlx::Error> {
    if let Some(checkpoint) = find(projector, &namespace.db).await? {
        return Ok(checkpoint);
    }
    // Two processes may come here at once: whoever fails because the other was first finds the tables made.
    let made = make(projector, &namespace.db).await;
    match find(projector, &namespace.db).await? {
        Some(checkpoint) => Ok(checkpoint),
        None => made.and(Err(sqlx::Error::RowNotFound)),
    }
}

async fn make(projector: &dyn Projector, db: &Db) -> Result<(), sqlx::Error> {
    make_tables(projector, db).await?;
    make_indexes(projector, db).await?;
    finish(projector, db).await
}

/// Makes the tables of the model, empty and without indexes.
///
/// # Errors
/// When the database cannot be used, or the tables are there.
pub(crate) async fn make_tables(projector: &dyn Projector, db: &Db) -> Result<(), sqlx::Error> {
    execute_script(db, projector.schema(db.engine()).tables).await
}

/// Makes the indexes of the model.
///
/// # Errors
/// When the database cannot be used, or the indexes are there.
pub(crate) async fn make_indexes(projector: &dyn Projector, db: &Db) -> Result<(), sqlx::Error> {
    execute_script(db, projector.schema(db.engine()).indexes).await
}

/// Makes dead letters and checkpoint: the sign that all else is there.
///
/// # Errors
/// When the database cannot be used.
pub(crate) async fn finish(projector: &dyn Projector, db: &Db) -> Result<(), sqlx::Error> {
    execute_script(db, DEAD_LETTERS_DDL).await?;
    execute_script(db, CHECKPOINT_DDL).await?;
    checkpoint::create(db, projector.name(), projector.version()).await
}

/// The checkpoint, if the namespace has been made ready.
async fn find(projector: &dyn Projector, db: &Db) -> Result<Option<Checkpoint>, sqlx::Error> {
    const TABLES: &str = "select count(*) from sqlite_master where type = 'table' and name = 'checkpoint'";
    const RELATION: &str =
        "select count(*) from pg_tables where schemaname = current_schema() and tablename = 'checkpoint'";
    // The one place of this crate where the engines differ: asking what tables there are.
    let found: i64 = match db {
        Db::Sqlite(c) => sqlx::query_scalar(TABLES).fetch_one(c).await?,
        Db::Postgres(c) => sqlx::query_scalar(RELATION).fetch_one(c).await?,
    };
    if found == 0 {
        Ok(None)
    } else {
        checkpoint::read(db, projector.name()).await
    }
}

/// How many dead letters and parked streams there are.
///
/// # Errors
/// When the database cannot be used.
pub(crate) async fn count_dead(db: &Db) -> Result<(i64, i64), sqlx::Error> {
    on_db!(db, c => sqlx::query_as(COUNT_DEAD).fetch_one(c).await)
}

/// There are few dead letters, or there is something badly wrong: counting them is cheap enough.
const COUNT_DEAD: &str = "select count(*), count(distinct aggregate_type || '/' || aggregate_id) from dead_letters";

/// The statements of this file that both engines run.
pub(crate) const STATEMENTS: &[&str] = &[COUNT_DEAD];
