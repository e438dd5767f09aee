//! Appending to SQLite: one connection that owns the file, on a thread of its own, one transaction a batch.
//!
//! This process is the only writer (a lock on the data folder sees to it), so the streams' last sequences are kept in
//! memory and asked for once. The connection is rusqlite's and not sqlx's, which passes every statement to another thread
//! and back: at one writer that costs more than the disk does (`docs/decisions`). Both use the same SQLite.

use super::append::{Append, BatchOutcome, AppendDecision};
use super::{Position, StoreError, StreamId};
use domain::Timestamp;
use quick_cache::unsync::Cache;
use rusqlite::{CachedStatement, Connection, OptionalExtension, TransactionBehavior, params};
use std::path::Path;
use std::time::Duration;

/// Streams whose last sequence is kept in memory.
const HEADS: usize = 65_536;
/// Pages that the write-ahead log may hold before they are moved to the file: 64 MiB. Each move costs two more syncs, and
/// the more there is to move, the more pages are moved once that were written often.
const WAL_PAGES: u32 = 16_384;

/// Memory for pages, in KiB when negative: the inner pages of ten million events' indexes fit. No more than that: each
/// commit in which a page was split looks through the whole of it (SQLite's `pcache1TruncateUnsafe`), and the operating
/// system keeps the rest as well.
const CACHE_KIB: i32 = -8_192;

const LAST: &str = "select position, recorded_at from events order by position desc limit 1";
const KNOWN_KEY: &str = "select position from command_keys where command_key = ?1";
const STREAM_HEAD: &str =
    "select coalesce(max(sequence), 0) from events where aggregate_type = ?1 and aggregate_id = ?2";
const INSERT_EVENT: &str =
    "insert into events (position, aggregate_type, aggregate_id, sequence, event_type, event_version,
                    payload, metadata, recorded_at)
  values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const INSERT_KEY: &str = "insert into command_keys (command_key, position) values (?1, ?2)";

/// The one writer of a SQLite log.
pub(super) struct SqliteWriter {
    connection: Connection,
    last_position: Position,
    last_time: i64,
    heads: Cache<StreamId, i64>,
}

impl SqliteWriter {
    /// Opens the file, which is there and has its tables, and looks where the log ends.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
        connection.pragma_update(None, "cache_size", CACHE_KIB)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        let mut writer = Self {
            connection,
            last_position: 0,
            last_time: 0,
            heads: Cache::new(HEADS),
        };
        writer.look()?;
        Ok(writer)
    }

    /// Where the log ends.
    pub const fn last_position(&self) -> Position {
        self.last_position
    }

    /// Writes a batch in which each stream and each command key occurs at most once. Blocks.
    pub fn write(&mut self, batch: &[Append], now: Timestamp) -> Result<BatchOutcome, StoreError> {
        let outcome = self.try_write(batch, now);
        if outcome.is_err() {
            // Nobody knows what was written: forget what was known, and look again.
            self.heads = Cache::new(HEADS);
            self.look()?;
        }
        outcome
    }

    fn look(&mut self) -> Result<(), StoreError> {
        let last = self
            .connection
            .query_row(LAST, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        (self.last_position, self.last_time) = last.unwrap_or_default();
        Ok(())
    }

    fn try_write(&mut self, batch: &[Append], now: Timestamp) -> Result<BatchOutcome, StoreError> {
        let (last_position, recorded_at) = (self.last_position, now.as_micros().max(self.last_time));
        let mut position = last_position;
        let mut verdicts = Vec::with_capacity(batch.len());
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut judge = AppendCheck {
                known_key: tx.prepare_cached(KNOWN_KEY)?,
                stream_head: tx.prepare_cached(STREAM_HEAD)?,
                heads: &mut self.heads,
            };
            let mut insert_event = tx.prepare_cached(INSERT_EVENT)?;
            let mut insert_key = tx.prepare_cached(INSERT_KEY)?;
            for append in batch {
                let verdict = judge.judge(append)?;
                if matches!(verdict, AppendDecision::Committed) {
                    for (event, sequence) in append.events.iter().zip(append.expected + 1..) {
                        position += 1;
                        insert_event.execute(params![
                            position,
                            append.stream.aggregate_type,
                            append.stream.aggregate_id,
                            sequence,
                            event.event_type,
                            event.event_version,
                            event.payload,
                            event.metadata,
                            recorded_at
                        ])?;
                    }
                    if let Some(key) = &append.command_key {
                        insert_key.execute(params![key, position])?;
                    }
                }
                verdicts.push(verdict);
            }
        }
        tx.commit()?;

        for (append, verdict) in batch.iter().zip(&verdicts) {
            if matches!(verdict, AppendDecision::Committed) {
                let head = append.expected + i64::try_from(append.events.len()).unwrap_or(i64::MAX);
                self.heads.insert(append.stream.clone(), head);
            }
        }
        if position > last_position {
            (self.last_position, self.last_time) = (position, recorded_at);
        }
        Ok(BatchOutcome {
            last_position,
            recorded_at: Timestamp(recorded_at),
            verdicts,
        })
    }
}

/// Says which appends may be written: first duplicates, then conflicts.
struct AppendCheck<'a> {
    known_key: CachedStatement<'a>,
    stream_head: CachedStatement<'a>,
    heads: &'a mut Cache<StreamId, i64>,
}

impl AppendCheck<'_> {
    fn judge(&mut self, append: &Append) -> Result<AppendDecision, StoreError> {
        if let Some(key) = &append.command_key
            && let Some(position) = self.known_key.query_row([key], |row| row.get(0)).optional()?
        {
            return Ok(AppendDecision::Duplicate(position));
        }
        let actual = self.head(&append.stream)?;
        Ok(if actual == append.expected {
            AppendDecision::Committed
        } else {
            AppendDecision::Conflict(actual)
        })
    }

    fn head(&mut self, stream: &StreamId) -> Result<i64, StoreError> {
        if let Some(&head) = self.heads.get(stream) {
            return Ok(head);
        }
        let head = self
            .stream_head
            .query_row([&stream.aggregate_type, &stream.aggregate_id], |row| row.get(0))?;
        self.heads.insert(stream.clone(), head);
        Ok(head)
    }
}
