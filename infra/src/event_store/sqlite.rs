//! Appending to SQLite: one connection that owns the file, one transaction a batch.
//!
//! This process is the only writer (a lock on the data folder sees to it), so the streams' last sequences are kept in
//! memory and asked for once.

use super::append::{Append, BatchOutcome, Verdict};
use super::{Position, StoreError, StreamId};
use domain::Timestamp;
use quick_cache::unsync::Cache;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Connection, SqliteConnection};
use std::collections::HashMap;
use std::fmt::Write;

/// Rows of one insert statement, largest first: few statements to prepare, few round trips.
const CHUNKS: [usize; 4] = [64, 16, 4, 1];
/// Streams whose last sequence is kept in memory.
const HEADS: usize = 65_536;

const LAST: &str = "select position, recorded_at from events order by position desc limit 1";
const KNOWN_KEYS: &str = "select j.key, k.position from json_each($1) j join command_keys k on k.command_key = j.value";
const STREAM_HEADS: &str = "select j.key, (select max(e.sequence) from events e
         where e.aggregate_type = j.value ->> 0 and e.aggregate_id = j.value ->> 1)
  from json_each($1) j";

/// The one writer of a SQLite log.
pub(super) struct SqliteWriter {
    connection: SqliteConnection,
    last_position: Position,
    last_time: i64,
    heads: Cache<StreamId, i64>,
    insert_events: HashMap<usize, String>,
    insert_keys: HashMap<usize, String>,
}

impl SqliteWriter {
    /// Takes the connection over and looks where the log ends.
    pub async fn new(mut connection: SqliteConnection) -> Result<Self, StoreError> {
        let last: Option<(i64, i64)> = sqlx::query_as(LAST).fetch_optional(&mut connection).await?;
        let (last_position, last_time) = last.unwrap_or_default();
        let events = "insert into events (position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at) values ";
        let keys = "insert into command_keys (command_key, position) values ";
        Ok(Self {
            connection,
            last_position,
            last_time,
            heads: Cache::new(HEADS),
            insert_events: CHUNKS.iter().map(|&rows| (rows, multi_row(events, 9, rows))).collect(),
            insert_keys: CHUNKS.iter().map(|&rows| (rows, multi_row(keys, 2, rows))).collect(),
        })
    }

    /// Where the log ends.
    pub const fn last_position(&self) -> Position {
        self.last_position
    }

    /// Writes a batch in which each stream and each command key occurs at most once.
    pub async fn write(&mut self, batch: &[Append], now: Timestamp) -> Result<BatchOutcome, StoreError> {
        let outcome = self.try_write(batch, now).await;
        if outcome.is_err() {
            // Nobody knows what was written: forget what was known, and look again.
            self.heads = Cache::new(HEADS);
            let _ = sqlx::query("rollback").execute(&mut self.connection).await;
            if let Ok(last) = sqlx::query_as::<_, (i64, i64)>(LAST)
                .fetch_optional(&mut self.connection)
                .await
            {
                (self.last_position, self.last_time) = last.unwrap_or_default();
            }
        }
        outcome
    }

    async fn try_write(&mut self, batch: &[Append], now: Timestamp) -> Result<BatchOutcome, StoreError> {
        let verdicts = self.judge(batch).await?;
        let recorded_at = now.as_micros().max(self.last_time);
        let last_position = self.last_position;

        let mut rows = Vec::with_capacity(batch.len());
        let mut keys = Vec::with_capacity(batch.len());
        let mut position = last_position;
        for (append, verdict) in batch.iter().zip(&verdicts) {
            if !matches!(verdict, Verdict::Committed) {
                continue;
            }
            for (event, sequence) in append.events.iter().zip(append.expected + 1..) {
                position += 1;
                rows.push((position, &append.stream, sequence, event));
            }
            keys.extend(append.command_key.as_deref().map(|key| (key, position)));
        }
        if rows.is_empty() {
            return Ok(BatchOutcome {
                last_position,
                recorded_at: Timestamp(recorded_at),
                verdicts,
            });
        }

        let mut tx = self.connection.begin_with("begin immediate").await?;
        for chunk in chunks(&rows) {
            let mut arguments = SqliteArguments::default();
            for &(position, stream, sequence, event) in chunk {
                bind(&mut arguments, position)?;
                bind(&mut arguments, stream.aggregate_type.as_str())?;
                bind(&mut arguments, stream.aggregate_id.as_str())?;
                bind(&mut arguments, sequence)?;
                bind(&mut arguments, event.event_type.as_str())?;
                bind(&mut arguments, event.event_version.as_str())?;
                bind(&mut arguments, event.payload.as_str())?;
                bind(&mut arguments, event.metadata.as_str())?;
                bind(&mut arguments, recorded_at)?;
            }
            sqlx::query_with(&self.insert_events[&chunk.len()], arguments)
                .execute(&mut *tx)
                .await?;
        }
        for chunk in chunks(&keys) {
            let mut arguments = SqliteArguments::default();
            for &(key, position) in chunk {
                bind(&mut arguments, key)?;
                bind(&mut arguments, position)?;
            }
            sqlx::query_with(&self.insert_keys[&chunk.len()], arguments)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;

        for &(_, stream, sequence, _) in &rows {
            self.heads.insert(stream.clone(), sequence);
        }
        (self.last_position, self.last_time) = (position, recorded_at);
        Ok(BatchOutcome {
            last_position,
            recorded_at: Timestamp(recorded_at),
            verdicts,
        })
    }

    /// Which appends may be written: first duplicates, then conflicts.
    async fn judge(&mut self, batch: &[Append]) -> Result<Vec<Verdict>, StoreError> {
        let known = self.known_keys(batch).await?;
        self.look_up_heads(batch).await?;
        Ok(batch
            .iter()
            .enumerate()
            .map(|(index, append)| {
                if let Some(&position) = known.get(&index) {
                    return Verdict::Duplicate(position);
                }
                match self.heads.get(&append.stream).copied().unwrap_or(0) {
                    actual if actual == append.expected => Verdict::Committed,
                    actual => Verdict::Conflict(actual),
                }
            })
            .collect())
    }

    /// The positions of commands that were done before, by their place in the batch.
    async fn known_keys(&mut self, batch: &[Append]) -> Result<HashMap<usize, Position>, StoreError> {
        let (places, keys): (Vec<usize>, Vec<&str>) = batch
            .iter()
            .enumerate()
            .filter_map(|(i, append)| Some((i, append.command_key.as_deref()?)))
            .unzip();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let json = serde_json::to_string(&keys).map_err(StoreError::encode)?;
        let found: Vec<(i64, i64)> = sqlx::query_as(KNOWN_KEYS)
            .bind(json)
            .fetch_all(&mut self.connection)
            .await?;
        Ok(found
            .into_iter()
            .filter_map(|(i, position)| Some((places[usize::try_from(i).ok()?], position)))
            .collect())
    }

    /// Fills in the last sequences of streams that are not known yet.
    async fn look_up_heads(&mut self, batch: &[Append]) -> Result<(), StoreError> {
        let unknown: Vec<&StreamId> = batch
            .iter()
            .map(|append| &append.stream)
            .filter(|stream| self.heads.get(*stream).is_none())
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let names: Vec<[&str; 2]> = unknown
            .iter()
            .map(|stream| [stream.aggregate_type.as_str(), stream.aggregate_id.as_str()])
            .collect();
        let json = serde_json::to_string(&names).map_err(StoreError::encode)?;
        let found: Vec<(i64, Option<i64>)> = sqlx::query_as(STREAM_HEADS)
            .bind(json)
            .fetch_all(&mut self.connection)
            .await?;
        for (index, head) in found {
            if let Some(&stream) = usize::try_from(index).ok().and_then(|index| unknown.get(index)) {
                self.heads.insert(stream.clone(), head.unwrap_or(0));
            }
        }
        Ok(())
    }
}

fn bind<'q, T>(arguments: &mut SqliteArguments<'q>, value: T) -> Result<(), StoreError>
where
    T: sqlx::Encode<'q, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> + 'q,
{
    arguments
        .add(value)
        .map_err(|error| StoreError::from(sqlx::Error::Encode(error)))
}

/// Cuts rows into pieces for which there is a prepared statement.
fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = CHUNKS.into_iter().find(|&size| size <= rows.len())?;
        let (chunk, rest) = rows.split_at(size);
        rows = rest;
        Some(chunk)
    })
}

/// `prefix ($1, $2), ($3, $4), ...`
fn multi_row(prefix: &str, columns: usize, rows: usize) -> String {
    let mut sql = prefix.to_owned();
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let separator = if column == 0 { "" } else { ", " };
            let _ = write!(sql, "{separator}${}", row * columns + column + 1);
        }
        sql.push(')');
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_into_prepared_sizes_without_a_rest() {
        let rows: Vec<usize> = (0..87).collect();
        let sizes: Vec<usize> = chunks(&rows).map(<[usize]>::len).collect();
        assert_eq!(sizes, [64, 16, 4, 1, 1, 1]);
        assert_eq!(chunks(&rows).flatten().copied().collect::<Vec<_>>(), rows);
    }

    #[test]
    fn a_statement_numbers_its_places_through() {
        assert_eq!(
            multi_row("insert into t values ", 2, 2),
            "insert into t values ($1, $2), ($3, $4)"
        );
    }
}
