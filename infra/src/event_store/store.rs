//! The store: an appender that commits in groups, and readers.

use super::append::{Append, Appended, BatchOutcome};
use super::postgres::PostgresWriter;
use super::sqlite::SqliteWriter;
use super::sqlite_reader::SqliteReader;
use super::{Position, RawEvent, StreamId, read};
use crate::clock::SharedClock;
use crate::db::{DatabaseUrl, Db, DbError, Durability, connect, migrate_ledger};
use crate::subscription::Recent;
use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, SerializedEvent};
use domain::Timestamp;
use rusqlite::ErrorCode;
use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// The schema, or the file, that holds the log.
const NAME: &str = "ledger";
/// Events of one transaction, at most.
const BATCH_EVENTS: usize = 2_000;
/// Appends that may wait before their callers are held back.
const WAITING: usize = 16_384;
/// Bounds the lines of the hashed entry (characters); the database checks them too.
const MAX_AGGREGATE_ID: usize = 255;
const MAX_NAME: usize = 64;
/// Connections for reading.
const READERS: u32 = 4;

/// Why the log could not be read or written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no, or nothing at all.
    #[error("the ledger's database could not be used")]
    Database(#[source] Arc<sqlx::Error>),
    /// SQLite said no.
    #[error("the ledger's database could not be written")]
    Sqlite(#[source] Arc<rusqlite::Error>),
    /// The log has a hole: it was damaged.
    #[error("the log has a hole: position {expected} is missing, {found} follows")]
    Hole {
        /// The position that should have come.
        expected: Position,
        /// The position that came.
        found: Position,
    },
    /// An identifier or an event's name has a line break or another control character: it could not be hashed
    /// unambiguously.
    #[error("identifiers and event names must not contain line breaks or other control characters")]
    ControlCharacter,
    /// An identifier or an event's name is too long.
    #[error("{what} is longer than {max} characters")]
    TooLong {
        what: &'static str,
        /// In characters.
        max: usize,
    },
    /// An append must have at least one event.
    #[error("an append without events")]
    Empty,
    /// A value could not be written as JSON.
    #[error("an event could not be written as JSON")]
    Encode(#[source] Arc<serde_json::Error>),
    /// The key store could not be used, or a value could not be sealed or opened.
    #[error("a personal value could not be sealed or opened")]
    Keys(#[from] crate::keys::KeyError),
    /// A stream that must be understood as a whole holds an event that this program cannot read.
    #[error("the stream holds an event that this program cannot read: {0}")]
    Unreadable(String),
    /// The service is stopping.
    #[error("the ledger is closed")]
    Closed,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl StoreError {
    pub(crate) fn encode(error: serde_json::Error) -> Self {
        Self::Encode(Arc::new(error))
    }

    /// Whether the database is away for now, so that trying again later makes sense.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Database(error) => crate::db::is_unavailable(error),
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    ErrorCode::CannotOpen
                        | ErrorCode::DatabaseBusy
                        | ErrorCode::DatabaseLocked
                        | ErrorCode::DiskFull
                        | ErrorCode::SystemIoFailure
                )
            ),
            Self::Keys(error) => error.is_unavailable(),
            Self::Closed => true,
            Self::Hole { .. } | Self::ControlCharacter | Self::TooLong { .. } | Self::Empty | Self::Encode(_) | Self::Unreadable(_) => false,
        }
    }
}

/// The log.
#[derive(Clone)]
pub struct EventStore {
    readers: Db,
    /// Reads runs of events, where the log is SQLite's.
    sqlite: Option<SqliteReader>,
    appender: Option<mpsc::Sender<QueuedAppend>>,
    recent: Arc<Recent>,
}

struct QueuedAppend {
    append: Append,
    answer: Caller,
}

type Caller = oneshot::Sender<Result<Appended, StoreError>>;

enum Writer {
    Sqlite(Box<SqliteWriter>),
    Postgres(Box<PostgresWriter>),
}

impl Writer {
    async fn write(&mut self, batch: &[Append], now: Timestamp) -> Result<BatchOutcome, StoreError> {
        match self {
            Self::Sqlite(writer) => writer.write(batch, now),
            Self::Postgres(writer) => writer.write(batch, now).await,
        }
    }
}

impl EventStore {
    /// Opens the log for reading and writing, and brings its schema up to date.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open(url: &DatabaseUrl, clock: SharedClock) -> Result<Self, OpenError> {
        let readers = connect(url, NAME, Durability::Full, READERS).await?;
        migrate_ledger(&readers).await?;
        let recent = Arc::new(Recent::default());
        let writer = match (url, &readers) {
            (DatabaseUrl::Folder(folder), _) => {
                let writer = SqliteWriter::open(&sqlite_file(folder))?;
                recent.advance(writer.last_position());
                Writer::Sqlite(Box::new(writer))
            }
            (DatabaseUrl::Postgres(_), Db::Postgres(pool)) => {
                recent.advance(read::head(&readers).await?);
                crate::subscription::listen(pool.clone(), Arc::downgrade(&recent));
                Writer::Postgres(Box::new(PostgresWriter::new((*pool.connect_options()).clone())))
            }
            (DatabaseUrl::Postgres(_), Db::Sqlite(_)) => unreachable!("a server is PostgreSQL"),
        };
        let (appender, waiting) = mpsc::channel(WAITING);
        spawn_appender(writer, waiting, recent.clone(), clock)?;
        Ok(Self {
            readers,
            sqlite: sqlite_reader(url),
            appender: Some(appender),
            recent,
        })
    }

    /// Opens the log for reading only, as a second process beside the one that writes.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open_read_only(url: &DatabaseUrl) -> Result<Self, OpenError> {
        let readers = connect(url, NAME, Durability::Full, READERS).await?;
        migrate_ledger(&readers).await?;
        let recent = Arc::new(Recent::default());
        recent.advance(read::head(&readers).await?);
        crate::subscription::poll(readers.clone(), Arc::downgrade(&recent));
        Ok(Self {
            readers,
            sqlite: sqlite_reader(url),
            appender: None,
            recent,
        })
    }

    /// Writes events to a stream, if it is where the writer thinks it is. Returns when they are durable.
    ///
    /// # Errors
    /// When the database cannot be used: then the events were written, all of them, or not, and the command key makes
    /// trying again safe.
    pub async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        check(&append)?;
        let (answer, answered) = oneshot::channel();
        let appender = self.appender.as_ref().ok_or(StoreError::Closed)?;
        appender
            .send(QueuedAppend { append, answer })
            .await
            .map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// The events after a position: a dense run, or an error. Fewer than `limit` only at the head.
    ///
    /// # Errors
    /// When the database cannot be used, or the log has a hole.
    pub async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RawEvent>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let events = match &self.sqlite {
            Some(sqlite) => sqlite.read_all(after, limit).await?,
            None => read::read_all(&self.readers, after, limit).await?,
        };
        read::dense(after, events)
    }

    /// The events of a stream after a sequence, in order.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn read_stream(&self, stream: &StreamId, after: i64) -> Result<Vec<RawEvent>, StoreError> {
        match &self.sqlite {
            Some(sqlite) => sqlite.read_stream(stream, after).await,
            None => read::read_stream(&self.readers, stream, after).await,
        }
    }

    /// An aggregate's events, by way of postgres-es and sqlite-es.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn load<A: Aggregate>(&self, id: &str) -> Result<Vec<SerializedEvent>, StoreError> {
        let loaded = match &self.readers {
            Db::Sqlite(pool) => {
                sqlite_es::SqliteEventRepository::new(pool.clone())
                    .get_events::<A>(id)
                    .await
            }
            Db::Postgres(pool) => {
                postgres_es::PostgresEventRepository::new(pool.clone())
                    .get_events::<A>(id)
                    .await
            }
        };
        loaded.map_err(|error| match error {
            PersistenceError::OptimisticLockError => StoreError::Closed,
            PersistenceError::ConnectionError(error)
            | PersistenceError::DeserializationError(error)
            | PersistenceError::UnknownError(error) => StoreError::from(sqlx::Error::Io(std::io::Error::other(error))),
        })
    }

    /// The last position; 0 of an empty log.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn head(&self) -> Result<Position, StoreError> {
        read::head(&self.readers).await
    }

    /// The sequence and the position of a stream's last event.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn last_of(&self, stream: &StreamId) -> Result<Option<(i64, Position)>, StoreError> {
        read::last_of(&self.readers, stream).await
    }

    /// Whether no other process can append: what this one remembers of a stream is then the truth.
    #[must_use]
    pub const fn is_only_writer(&self) -> bool {
        self.appender.is_some() && matches!(self.readers, Db::Sqlite(_))
    }

    /// The last event of a command that was done before.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn command_position(&self, command_key: &str) -> Result<Option<Position>, StoreError> {
        read::command_position(&self.readers, command_key).await
    }

    /// The committed events that are still in memory.
    pub(crate) fn recent(&self) -> &Arc<Recent> {
        &self.recent
    }

    /// The database it reads from, for whoever measures or prepares statements.
    #[must_use]
    pub const fn readers(&self) -> &Db {
        &self.readers
    }
}

/// Why the log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database could not be opened.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn sqlite_file(folder: &Path) -> PathBuf {
    folder.join(format!("{NAME}.db"))
}

fn sqlite_reader(url: &DatabaseUrl) -> Option<SqliteReader> {
    match url {
        DatabaseUrl::Folder(folder) => Some(SqliteReader::new(sqlite_file(folder))),
        DatabaseUrl::Postgres(_) => None,
    }
}

fn check(append: &Append) -> Result<(), StoreError> {
    if append.events.is_empty() {
        return Err(StoreError::Empty);
    }
    let names = append
        .events
        .iter()
        .flat_map(|event| [&event.event_type, &event.event_version]);
    if [&append.stream.aggregate_type, &append.stream.aggregate_id]
        .into_iter()
        .chain(names)
        .any(|text| text.chars().any(char::is_control))
    {
        return Err(StoreError::ControlCharacter);
    }
    within("aggregate_type", &append.stream.aggregate_type, MAX_NAME)?;
    within("aggregate_id", &append.stream.aggregate_id, MAX_AGGREGATE_ID)?;
    for event in &append.events {
        within("event_type", &event.event_type, MAX_NAME)?;
        within("event_version", &event.event_version, MAX_NAME)?;
    }
    Ok(())
}

fn within(what: &'static str, text: &str, max: usize) -> Result<(), StoreError> {
    if text.len() > max && text.chars().count() > max {
        return Err(StoreError::TooLong { what, max });
    }
    Ok(())
}

/// Starts the appender. SQLite's blocks while it works, so it has a thread of its own.
fn spawn_appender(
    writer: Writer,
    waiting: mpsc::Receiver<QueuedAppend>,
    recent: Arc<Recent>,
    clock: SharedClock,
) -> Result<(), DbError> {
    let blocks = matches!(writer, Writer::Sqlite(_));
    let appender = run(writer, waiting, recent, clock, tokio::runtime::Handle::current());
    if blocks {
        let thread = std::thread::Builder::new().name("ledger-appender".to_owned());
        thread
            .spawn(move || futures::executor::block_on(appender))
            .map_err(sqlx::Error::Io)?;
    } else {
        tokio::spawn(appender);
    }
    Ok(())
}

/// The appender: takes what is waiting, commits it as one transaction, answers each caller. Never lingers when idle.
async fn run(
    mut writer: Writer,
    mut waiting: mpsc::Receiver<QueuedAppend>,
    recent: Arc<Recent>,
    clock: SharedClock,
    answers: Handle,
) {
    let mut left_over = VecDeque::new();
    let mut drained = Vec::new();
    loop {
        if left_over.is_empty() {
            match waiting.recv().await {
                Some(first) => left_over.push_back(first),
                None => return,
            }
        }
        // Whatever else is there by now goes along.
        while drained.len() < BATCH_EVENTS
            && let Ok(next) = waiting.try_recv()
        {
            drained.push(next);
        }
        left_over.extend(drained.drain(..));
        let (appends, callers) = take_batch(&mut left_over);
        commit(&mut writer, appends, callers, &recent, clock.now(), &answers).await;
    }
}

/// Takes a batch from the front. A stream or a command key that is in it already waits for the next.
fn take_batch(queue: &mut VecDeque<QueuedAppend>) -> (Vec<Append>, Vec<Caller>) {
    let (mut appends, mut callers): (Vec<Append>, Vec<_>) = (Vec::new(), Vec::new());
    let mut streams: HashSet<StreamId> = HashSet::new();
    let mut keys: HashSet<String> = HashSet::new();
    let mut events = 0;
    let mut waits = VecDeque::new();
    while let Some(next) = queue.pop_front() {
        let append = &next.append;
        let fits = events == 0 || events + append.events.len() <= BATCH_EVENTS;
        let key_is_new = append.command_key.as_ref().is_none_or(|key| !keys.contains(key));
        // What waits keeps its place: nothing later on the same stream may overtake it.
        let stream_is_new = streams.insert(append.stream.clone());
        keys.extend(append.command_key.clone());
        if !fits || !key_is_new || !stream_is_new {
            waits.push_back(next);
            continue;
        }
        events += append.events.len();
        appends.push(next.append);
        callers.push(next.answer);
    }
    *queue = waits;
    (appends, callers)
}

/// Commits a batch and answers its callers. What the database refuses as a whole, though it is not away, is tried one by
/// one, so that nobody pays for another's bad event.
async fn commit(
    writer: &mut Writer,
    appends: Vec<Append>,
    callers: Vec<Caller>,
    recent: &Recent,
    now: Timestamp,
    answers: &Handle,
) {
    #[expect(clippy::cast_precision_loss, reason = "a batch is small")]
    metrics::histogram!("ledger_append_batch_appends").record(appends.len() as f64);
    match writer.write(&appends, now).await {
        Err(error) if appends.len() > 1 && !error.is_unavailable() => {
            for (append, caller) in appends.into_iter().zip(callers) {
                let outcome = writer.write(std::slice::from_ref(&append), now).await;
                answer(outcome, vec![append], vec![caller], recent, answers);
            }
        }
        outcome => answer(outcome, appends, callers, recent, answers),
    }
}

fn answer(
    outcome: Result<BatchOutcome, StoreError>,
    appends: Vec<Append>,
    callers: Vec<Caller>,
    recent: &Recent,
    runtime: &Handle,
) {
    match outcome {
        Ok(outcome) => {
            let (answers, committed) = outcome.settle(appends);
            metrics::counter!("ledger_events_appended_total").increment(committed.len() as u64);
            recent.publish(committed);
            let several = callers.len() > 1;
            let answer_all = move || {
                for (caller, answer) in callers.into_iter().zip(answers) {
                    // A caller that went away meanwhile needs no answer; its events are in the log all the same.
                    let _ = caller.send(Ok(answer));
                }
            };
            // From within the runtime waking a task is cheap, and from here each is a system call; but going there is one
            // more of them.
            if several {
                runtime.spawn(async move { answer_all() });
            } else {
                answer_all();
            }
        }
        Err(error) => {
            metrics::counter!("ledger_append_failures_total").increment(1);
            tracing::error!(
                error = &error as &dyn std::error::Error,
                appends = callers.len(),
                "a batch was not written"
            );
            for caller in callers {
                let _ = caller.send(Err(error.clone()));
            }
        }
    }
}
