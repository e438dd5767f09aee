//! Appends to SQLite: one connection on its own thread, one transaction per batch.
//!
//! This process is the only writer (a lock on the data folder ensures it), so the last sequence of each stream is read
//! once and cached. The connection is rusqlite's, not sqlx's: sqlx passes every statement to another thread and back,
//! which for one writer costs more than the disk (`docs/decisions`). Both use the same SQLite.

use super::append::{Append, AppendDecision, BatchOutcome, key_digest};
use super::{Position, StoreError, StreamId};
use domain::Timestamp;
use quick_cache::Weighter;
use quick_cache::unsync::Cache;
use rusqlite::{CachedStatement, Connection, OptionalExtension, TransactionBehavior, params};
use std::path::Path;
use std::time::Duration;

/// Most memory of cached last sequences of streams, in bytes.
const MAX_CACHED_BYTES: u64 = 16 << 20;
/// Estimated streams in it.
const ESTIMATED_HEADS: usize = 65_536;
/// What a cached sequence takes beside its stream's identifier, in bytes.
const HEAD_OVERHEAD: usize = 96;

#[derive(Clone)]
struct BySize;

impl Weighter<StreamId, i64> for BySize {
    fn weight(&self, stream: &StreamId, _: &i64) -> u64 {
        (stream.aggregate_type.len() + stream.aggregate_id.len() + HEAD_OVERHEAD) as u64
    }
}

type Heads = Cache<StreamId, i64, BySize>;

fn heads() -> Heads {
    Cache::with_weighter(ESTIMATED_HEADS, MAX_CACHED_BYTES, BySize)
}
/// Pages in the write-ahead log that trigger a checkpoint: 64 MiB. Each checkpoint costs two more syncs. With a larger
/// log, a page that was written many times is moved only once.
const WAL_AUTOCHECKPOINT_PAGES: u32 = 16_384;

/// Page cache; a negative value is in KiB. It holds the inner index pages of ten million events. It is not larger
/// because each commit that splits a page scans the whole cache (SQLite's `pcache1TruncateUnsafe`), and the operating
/// system caches the other pages.
const CACHE_KIB: i32 = -8_192;

const LAST: &str = "select position, recorded_at from events order by position desc limit 1";
const KNOWN_KEY: &str = "select position from command_keys where key_digest = ?1";
const STREAM_HEAD: &str =
    "select coalesce(max(sequence), 0) from events where aggregate_type = ?1 and aggregate_id = ?2";
const INSERT_EVENT: &str =
    "insert into events (position, aggregate_type, aggregate_id, sequence, event_type, event_version,
                    payload, metadata, recorded_at)
  values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const INSERT_KEY: &str = "insert into command_keys (key_digest, position) values (?1, ?2)";

const PROBE: &str = "insert into write_probe (one, at, filler) values (1, ?1, zeroblob(?2))
  on conflict (one) do update set at = excluded.at, filler = excluded.filler";

/// The only writer of a SQLite log.
pub(super) struct SqliteWriter {
    connection: Connection,
    last_position: Position,
    last_time: i64,
    heads: Heads,
}

impl SqliteWriter {
    /// Opens the file, which must exist and have its tables, and reads the end of the log.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "wal_autocheckpoint", WAL_AUTOCHECKPOINT_PAGES)?;
        connection.pragma_update(None, "cache_size", CACHE_KIB)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        let mut writer = Self {
            connection,
            last_position: 0,
            last_time: 0,
            heads: heads(),
        };
        writer.read_end()?;
        Ok(writer)
    }

    /// The last position of the log.
    pub const fn last_position(&self) -> Position {
        self.last_position
    }

    /// Writes a batch in which each stream and each command key occurs at most once. Blocks.
    pub fn write(&mut self, batch: &[Append], now: Timestamp) -> Result<BatchOutcome, StoreError> {
        let outcome = self.try_write(batch, now);
        if outcome.is_err() {
            // It is unknown what was written: drop the cache and read the end of the log again.
            self.heads = heads();
            self.read_end()?;
        }
        outcome
    }

    /// Writes a row of this size that is no event, as durably as an append. Blocks.
    pub fn probe(&mut self, now: Timestamp, bytes: u32) -> Result<(), StoreError> {
        self.connection.execute(PROBE, params![now.as_micros(), bytes])?;
        Ok(())
    }

    fn read_end(&mut self) -> Result<(), StoreError> {
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
        let mut decisions = Vec::with_capacity(batch.len());
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut check = AppendCheck {
                known_key: tx.prepare_cached(KNOWN_KEY)?,
                stream_head: tx.prepare_cached(STREAM_HEAD)?,
                heads: &mut self.heads,
            };
            let mut insert_event = tx.prepare_cached(INSERT_EVENT)?;
            let mut insert_key = tx.prepare_cached(INSERT_KEY)?;
            for append in batch {
                let decision = check.decide(append)?;
                if matches!(decision, AppendDecision::Committed) {
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
                        insert_key.execute(params![key_digest(key), position])?;
                    }
                }
                decisions.push(decision);
            }
        }
        tx.commit()?;

        for (append, decision) in batch.iter().zip(&decisions) {
            if matches!(decision, AppendDecision::Committed) {
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
            decisions,
        })
    }
}

/// Decides which appends may be written. Duplicates take precedence over conflicts.
struct AppendCheck<'a> {
    known_key: CachedStatement<'a>,
    stream_head: CachedStatement<'a>,
    heads: &'a mut Heads,
}

impl AppendCheck<'_> {
    fn decide(&mut self, append: &Append) -> Result<AppendDecision, StoreError> {
        if let Some(key) = &append.command_key
            && let Some(position) = self
                .known_key
                .query_row([key_digest(key)], |row| row.get(0))
                .optional()?
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
