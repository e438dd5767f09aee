//! Appends to PostgreSQL: one function call (`migrations/postgres/ledger`) and one round trip per batch.

use super::append::{Append, AppendDecision, BatchOutcome, key_digest};
use super::{Position, StoreError};
use crate::db::{Durability, begin_session};
use domain::Timestamp;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::time::{Duration, Instant};

/// The function that writes a batch.
const APPEND: &str = "select last_position, recorded_at, states, numbers
  from append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

/// Writes a message of this size to the server's log, which readers of the log ignore, and takes the lock of
/// `append_events`.
const PROBE: &str = "select pg_logical_emit_message(true, 'call_ledger_probe', repeat(' ', $1)),
  pg_advisory_xact_lock(4276994270)";

/// A connection that was idle for longer is pinged before it is used.
const PING_AFTER_IDLE: Duration = Duration::from_millis(50);
/// Longest time for a batch: a network that drops packets leaves a connection open for many minutes.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// The writer of one process. Several processes may write: the function's lock serializes them.
pub(super) struct PostgresWriter {
    options: PgConnectOptions,
    connection: Option<(PgConnection, Instant)>,
}

#[derive(sqlx::FromRow)]
struct BatchRow {
    last_position: i64,
    recorded_at: i64,
    states: Vec<i16>,
    numbers: Vec<i64>,
}

impl PostgresWriter {
    /// A writer that connects on first use.
    pub const fn new(options: PgConnectOptions) -> Self {
        Self {
            options,
            connection: None,
        }
    }

    /// Writes a batch in which each stream and each command key occurs at most once.
    ///
    /// After an error it is unknown whether the batch was written; it is never written partially. The caller gets an
    /// "unavailable" error, and the command key makes a retry safe.
    pub async fn write(&mut self, batch: &[Append], now: Timestamp) -> Result<BatchOutcome, StoreError> {
        // `try_write` takes the connection out of `self`, so that a timeout drops it.
        match tokio::time::timeout(WRITE_TIMEOUT, self.try_write(batch, now)).await {
            Ok(written) => written,
            Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()),
        }
    }

    async fn try_write(&mut self, batch: &[Append], now: Timestamp) -> Result<BatchOutcome, StoreError> {
        let mut connection = self.connect().await?;
        let row = call(&mut connection, batch, now).await?;
        self.connection = Some((connection, Instant::now()));
        let decisions = row.states.iter().zip(&row.numbers).map(|(state, &number)| match state {
            0 => AppendDecision::Committed,
            1 => AppendDecision::Duplicate(number),
            _ => AppendDecision::Conflict(number),
        });
        Ok(BatchOutcome {
            last_position: row.last_position,
            recorded_at: Timestamp(row.recorded_at),
            decisions: decisions.collect(),
        })
    }

    /// Commits a transaction that writes this much to the server's log, takes the appenders' lock and changes no row.
    pub async fn probe(&mut self, bytes: u32) -> Result<(), StoreError> {
        let probed = async {
            let mut connection = self.connect().await?;
            let bytes = i32::try_from(bytes).unwrap_or(i32::MAX);
            sqlx::query(PROBE).bind(bytes).execute(&mut connection).await?;
            self.connection = Some((connection, Instant::now()));
            Ok(())
        };
        match tokio::time::timeout(WRITE_TIMEOUT, probed).await {
            Ok(probed) => probed,
            Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()),
        }
    }

    async fn connect(&mut self) -> Result<PgConnection, StoreError> {
        if let Some((mut connection, used)) = self.connection.take()
            && (used.elapsed() < PING_AFTER_IDLE || connection.ping().await.is_ok())
        {
            return Ok(connection);
        }
        let mut connection = self.options.connect().await?;
        begin_session(&mut connection, super::NAME, Durability::Full).await?;
        Ok(connection)
    }
}

async fn call(connection: &mut PgConnection, batch: &[Append], now: Timestamp) -> Result<BatchRow, StoreError> {
    let events: usize = batch.iter().map(|append| append.events.len()).sum();
    let mut append_of = Vec::with_capacity(events);
    let mut types = Vec::with_capacity(events);
    let mut ids = Vec::with_capacity(events);
    let mut sequences: Vec<Position> = Vec::with_capacity(events);
    let mut event_types = Vec::with_capacity(events);
    let mut event_versions = Vec::with_capacity(events);
    let mut payloads = Vec::with_capacity(events);
    let mut metadata = Vec::with_capacity(events);
    for (append, number) in batch.iter().zip(1i32..) {
        for (event, sequence) in append.events.iter().zip(append.expected + 1..) {
            append_of.push(number);
            types.push(append.stream.aggregate_type.as_str());
            ids.push(append.stream.aggregate_id.as_str());
            sequences.push(sequence);
            event_types.push(event.event_type.as_str());
            event_versions.push(event.event_version.as_str());
            payloads.push(event.payload.as_str());
            metadata.push(event.metadata.as_str());
        }
    }
    Ok(sqlx::query_as(APPEND)
        .bind(
            batch
                .iter()
                .map(|append| append.stream.aggregate_type.as_str())
                .collect::<Vec<_>>(),
        )
        .bind(
            batch
                .iter()
                .map(|append| append.stream.aggregate_id.as_str())
                .collect::<Vec<_>>(),
        )
        .bind(batch.iter().map(|append| append.expected).collect::<Vec<_>>())
        .bind(
            batch
                .iter()
                .map(|append| append.command_key.as_deref().map(key_digest))
                .collect::<Vec<_>>(),
        )
        .bind(append_of)
        .bind(types)
        .bind(ids)
        .bind(sequences)
        .bind(event_types)
        .bind(event_versions)
        .bind(payloads)
        .bind(metadata)
        .bind(now.as_micros())
        .fetch_one(connection)
        .await?)
}
