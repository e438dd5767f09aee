//! The writer of a rebuild: writes rows, and reads rows back when an evicted stream has further events.

use super::RebuildError;
use super::rows_file::RowsFile;
use crate::engine::WriteSet;
use crate::rows::{Found, Missing, Table, load_missing};
use infra::db::Db;
use tokio::sync::{mpsc, oneshot};

/// The target of a rebuild.
pub(super) enum Target {
    /// A SQLite file that only the rebuild has open.
    File(RowsFile),
    /// A schema on a PostgreSQL server.
    Server(Db),
}

/// A request to the writer.
pub(super) enum WriteRequest {
    Write(WriteSet),
    /// Reads the rows of these streams, including all earlier writes.
    Load(Missing, oneshot::Sender<Found>),
}

/// Handles requests until the channel closes. Blocks.
pub(super) fn write_to_file(
    file: &RowsFile,
    tables: &[Table],
    mut inbox: mpsc::Receiver<WriteRequest>,
) -> Result<(), RebuildError> {
    while let Some(request) = inbox.blocking_recv() {
        match request {
            WriteRequest::Write(writes) => file.write(writes)?,
            // The receiver may be dropped already.
            WriteRequest::Load(missing, reply) => drop(reply.send(file.load(tables, missing)?)),
        }
    }
    Ok(())
}

/// Handles requests until the channel closes.
pub(super) async fn write_to_server(
    db: &Db,
    tables: &[Table],
    mut inbox: mpsc::Receiver<WriteRequest>,
) -> Result<(), RebuildError> {
    while let Some(request) = inbox.recv().await {
        let mut tx = db.begin().await?;
        match request {
            WriteRequest::Write(writes) => {
                writes.write(&mut tx).await?;
                tx.commit().await?;
            }
            WriteRequest::Load(missing, reply) => {
                let found = load_missing(&mut tx, tables, &missing).await?;
                tx.rollback().await?;
                // The receiver may be dropped already.
                let _ = reply.send(found);
            }
        }
    }
    Ok(())
}
