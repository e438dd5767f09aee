//! The writing half of loading: rows go out as they are given, and come back when a stream that was written out goes on.

use super::RebuildError;
use crate::engine::{Found, Missing, WriteSet};
use crate::rows::{RowsFile, Table, load_missing};
use infra::db::Db;
use tokio::sync::{mpsc, oneshot};

/// What loading fills.
pub(super) enum Target {
    /// A SQLite file that nobody else has open.
    File(RowsFile),
    /// A schema on a server.
    Server(Db),
}

/// What is asked of the writer.
pub(super) enum Order {
    Write(WriteSet),
    /// Give back the rows of these streams, as everything before has left them.
    Recall(Missing, oneshot::Sender<Found>),
}

/// Carries out orders until there are no more. Blocks.
pub(super) fn write_to_file(
    file: &RowsFile,
    tables: &[Table],
    mut inbox: mpsc::Receiver<Order>,
) -> Result<(), RebuildError> {
    while let Some(order) = inbox.blocking_recv() {
        match order {
            Order::Write(writes) => file.write(writes)?,
            // Whoever asked may be gone already.
            Order::Recall(missing, tell) => drop(tell.send(file.load(tables, missing)?)),
        }
    }
    Ok(())
}

/// Carries out orders until there are no more.
pub(super) async fn write_to_server(
    db: &Db,
    tables: &[Table],
    mut inbox: mpsc::Receiver<Order>,
) -> Result<(), RebuildError> {
    while let Some(order) = inbox.recv().await {
        let mut tx = db.begin().await?;
        match order {
            Order::Write(writes) => {
                writes.write(&mut tx).await?;
                tx.commit().await?;
            }
            Order::Recall(missing, tell) => {
                let found = load_missing(&mut tx, tables, missing).await?;
                tx.rollback().await?;
                // Whoever asked may be gone already.
                let _ = tell.send(found);
            }
        }
    }
    Ok(())
}
