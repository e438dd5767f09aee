//! The peers: the cqrs-es framework on postgres-es and sqlite-es, with an aggregate that only appends.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, CqrsFramework, DomainEvent};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

/// An aggregate without rules: every command becomes an event.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Notebook {
    pub lines: u64,
}

/// An event of the size of a typical call event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum NotebookEvent {
    LineWritten {
        at: i64,
        turn: u32,
        text: String,
        by: String,
    },
}

impl NotebookEvent {
    /// The same bytes for our store and theirs.
    pub fn sample() -> Self {
        let text =
            "I would like to move my appointment from Tuesday to Thursday, if that is possible at all. ".repeat(3);
        Self::LineWritten {
            at: 1_774_620_000_000_000,
            turn: 7,
            text,
            by: "caller".into(),
        }
    }
}

impl DomainEvent for NotebookEvent {
    fn event_type(&self) -> String {
        "LineWritten".into()
    }

    fn event_version(&self) -> String {
        "1.0".into()
    }
}

/// No command is refused.
#[derive(Debug, thiserror::Error)]
#[error("refused")]
pub struct Never;

impl Aggregate for Notebook {
    const TYPE: &'static str = "notebook";
    type Command = NotebookEvent;
    type Event = NotebookEvent;
    type Error = Never;
    type Services = ();

    async fn handle(&mut self, command: NotebookEvent, (): &(), sink: &EventSink<Self>) -> Result<(), Never> {
        sink.write(command, self).await;
        Ok(())
    }

    fn apply(&mut self, _: NotebookEvent) {
        self.lines += 1;
    }
}

/// The metadata of each event, for our store and theirs.
pub fn metadata() -> HashMap<String, String> {
    [
        ("tenant", "default"),
        ("actor", "twilio"),
        ("correlation_id", "0193a5c2-7d7e-7000-8000-000000000000"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}

const POSTGRES_SCHEMA: &str = "
create table events (
  aggregate_type text not null, aggregate_id text not null, sequence bigint check (sequence >= 0) not null,
  event_type text not null, event_version text not null, payload json not null, metadata json not null,
  primary key (aggregate_type, aggregate_id, sequence))";

const SQLITE_SCHEMA: &str = "
create table events (
  aggregate_type text not null, aggregate_id text not null, sequence integer check (sequence >= 0) not null,
  event_type text not null, event_version text not null, payload text not null, metadata text not null,
  primary key (aggregate_type, aggregate_id, sequence)) strict";

type Postgres =
    CqrsFramework<Notebook, cqrs_es::persist::PersistedEventStore<postgres_es::PostgresEventRepository, Notebook>>;
type Sqlite =
    CqrsFramework<Notebook, cqrs_es::persist::PersistedEventStore<sqlite_es::SqliteEventRepository, Notebook>>;

/// postgres-es with a pool of this size.
pub async fn postgres(url: &str, connections: u32) -> anyhow::Result<Postgres> {
    let pool = sqlx::postgres::PgPoolOptions::new()
        .max_connections(connections)
        .connect(url)
        .await?;
    sqlx::query(POSTGRES_SCHEMA).execute(&pool).await?;
    Ok(postgres_es::postgres_cqrs(pool, Vec::new(), ()))
}

/// sqlite-es with a write-ahead log and `synchronous = full`.
pub async fn sqlite(folder: &Path, connections: u32) -> anyhow::Result<Sqlite> {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(folder.join("peer.db"))
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
        .busy_timeout(std::time::Duration::from_mins(1));
    let pool = sqlx::sqlite::SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(std::time::Duration::from_mins(1))
        .connect_with(options)
        .await?;
    sqlx::query(SQLITE_SCHEMA).execute(&pool).await?;
    Ok(sqlite_es::sqlite_cqrs(pool, Vec::new(), ()))
}
