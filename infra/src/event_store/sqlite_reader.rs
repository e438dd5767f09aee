//! Reads runs of events from SQLite with rusqlite, for the same reason as the writer (`docs/decisions`): sqlx passes
//! each row between threads, which costs more than reading it.

use super::read::{READ_ALL, READ_STREAM};
use super::{Position, RawEvent, StoreError, StreamId};
use rusqlite::{Connection, OpenFlags, Row, params};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Most concurrent reads, each on its own connection.
const MAX_CONNECTIONS: usize = 8;

/// Connections for reading runs of events. Cheap to clone.
#[derive(Clone)]
pub(super) struct SqliteReader(Arc<Pool>);

struct Pool {
    file: PathBuf,
    connections: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl SqliteReader {
    /// Reads this file, which must exist and have its tables.
    pub fn new(file: PathBuf) -> Self {
        Self(Arc::new(Pool {
            file,
            connections: Mutex::default(),
            permits: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
        }))
    }

    /// The events after a position.
    pub async fn read_all(&self, after: Position, limit: i64) -> Result<Vec<RawEvent>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(READ_ALL)?;
            statement.query_map(params![after, limit], raw_event)?.collect()
        })
        .await
    }

    /// The events of a stream after a sequence.
    pub async fn read_stream(&self, stream: &StreamId, after: i64) -> Result<Vec<RawEvent>, StoreError> {
        let stream = stream.clone();
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(READ_STREAM)?;
            let of_stream = params![stream.aggregate_type, stream.aggregate_id, after];
            statement.query_map(of_stream, raw_event)?.collect()
        })
        .await
    }

    /// Runs `work` on a blocking thread with a connection from the pool.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let pool = self.0.clone();
        let permit = pool.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|_| StoreError::Closed)?;
        let read = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let connection = pool.take()?;
            let read = work(&connection)?;
            pool.give_back(connection);
            Ok(read)
        });
        read.await.map_err(|_| StoreError::Closed)?
    }
}

impl Pool {
    fn take(&self) -> rusqlite::Result<Connection> {
        if let Some(connection) = self.lock().pop() {
            return Ok(connection);
        }
        // Not read-only: a reader beside a writer must take locks of the write-ahead log.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "query_only", "on")?;
        Ok(connection)
    }

    fn give_back(&self, connection: Connection) {
        self.lock().push(connection);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn raw_event(row: &Row<'_>) -> rusqlite::Result<RawEvent> {
    Ok(RawEvent {
        position: row.get(0)?,
        stream: StreamId {
            aggregate_type: row.get(1)?,
            aggregate_id: row.get(2)?,
        },
        sequence: row.get(3)?,
        event_type: row.get(4)?,
        event_version: row.get(5)?,
        payload: row.get(6)?,
        metadata: row.get(7)?,
        recorded_at: row.get(8)?,
    })
}
