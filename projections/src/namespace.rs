//! Creates a read model's tables, checkpoint and dead letters in its namespace.

use crate::projector::Projector;
use crate::rows::execute_script;
use infra::consumer::dead_letters;
use infra::db::{Db, Namespace};
use infra::on_db;
use infra::subscription::checkpoint::{self, CHECKPOINT_DDL, Checkpoint};
use sqlx::Executor as _;

/// Reads the model's checkpoint in this namespace. Creates the tables and the checkpoint if they do not exist.
///
/// # Errors
/// When the database cannot be used.
pub(crate) async fn prepare(projector: &dyn Projector, namespace: &Namespace) -> Result<Checkpoint, sqlx::Error> {
    if let Some(checkpoint) = find(projector, &namespace.db).await? {
        return Ok(checkpoint);
    }
    if !exists(&namespace.db).await? {
        // Two processes may run this at once. The one that fails finds the tables that the other created.
        let created = create_all(projector, &namespace.db).await;
        if !exists(&namespace.db).await? {
            return created.and(Err(sqlx::Error::RowNotFound));
        }
    }
    checkpoint::create(&namespace.db, projector.name(), projector.version()).await?;
    checkpoint::read(&namespace.db, projector.name())
        .await?
        .ok_or(sqlx::Error::RowNotFound)
}

/// Creates everything in one transaction: a process that is killed meanwhile leaves nothing behind, and the next one
/// starts anew.
async fn create_all(projector: &dyn Projector, db: &Db) -> Result<(), sqlx::Error> {
    let schema = projector.schema(db.engine());
    let mut tx = db.begin().await?;
    for script in [schema.tables, schema.indexes, dead_letters::DDL, CHECKPOINT_DDL] {
        on_db!(&mut tx, c => c.execute(script).await.map(|_| ()))?;
    }
    tx.commit().await
}

/// Creates the model's tables, empty and without indexes.
///
/// # Errors
/// When the database cannot be used, or the tables exist.
pub(crate) async fn create_tables(projector: &dyn Projector, db: &Db) -> Result<(), sqlx::Error> {
    execute_script(db, projector.schema(db.engine()).tables).await
}

/// Creates the model's indexes.
///
/// # Errors
/// When the database cannot be used, or the indexes exist.
pub(crate) async fn create_indexes(projector: &dyn Projector, db: &Db) -> Result<(), sqlx::Error> {
    execute_script(db, projector.schema(db.engine()).indexes).await
}

/// Creates dead letters and the checkpoint. It is the last step: a namespace with a checkpoint is complete.
///
/// # Errors
/// When the database cannot be used.
pub(crate) async fn create_checkpoint(projector: &dyn Projector, db: &Db) -> Result<(), sqlx::Error> {
    execute_script(db, dead_letters::DDL).await?;
    execute_script(db, CHECKPOINT_DDL).await?;
    checkpoint::create(db, projector.name(), projector.version()).await
}

/// The checkpoint, if the namespace is complete.
async fn find(projector: &dyn Projector, db: &Db) -> Result<Option<Checkpoint>, sqlx::Error> {
    if exists(db).await? {
        checkpoint::add_missing_columns(db).await?;
        checkpoint::read(db, projector.name()).await
    } else {
        Ok(None)
    }
}

/// Whether the tables exist.
async fn exists(db: &Db) -> Result<bool, sqlx::Error> {
    const TABLES: &str = "select count(*) from sqlite_master where type = 'table' and name = 'checkpoint'";
    const RELATION: &str =
        "select count(*) from pg_tables where schemaname = current_schema() and tablename = 'checkpoint'";
    // The only place in this crate where the engines differ: listing the tables.
    let found: i64 = match db {
        Db::Sqlite(c) => sqlx::query_scalar(TABLES).fetch_one(c).await?,
        Db::Postgres(c) => sqlx::query_scalar(RELATION).fetch_one(c).await?,
    };
    Ok(found > 0)
}
