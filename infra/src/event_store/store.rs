//! [`EventStore`]: an appender with group commit, and readers.

use super::NAME;
use super::append::{Append, Appended, BatchOutcome};
use super::error::StoreError;
use super::postgres::PostgresWriter;
use super::sqlite::SqliteWriter;
use super::sqlite_reader::SqliteReader;
use super::{Position, RawEvent, StreamId, read};
use crate::clock::SharedClock;
use crate::db::{DatabaseUrl, Db, DbError, Durability, connect, migrate_ledger};
use crate::health::{Health, Problem, Severity};
use crate::subscription::Recent;
use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, SerializedEvent};
use domain::Timestamp;
use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Most events in one transaction.
const MAX_BATCH_EVENTS: usize = 2_000;
/// Appends that may be queued before callers are blocked.
const QUEUE_CAPACITY: usize = 16_384;
/// Limits in characters, which bound the lines of the hashed entry. The database checks them too.
const MAX_AGGREGATE_ID: usize = 255;
const MAX_NAME: usize = 64;
/// An append is tried when the last one is this long ago, and the readiness is asked for.
const PROBE_AFTER: Duration = Duration::from_secs(10);
/// What such an append writes after a failure, in bytes: about as much as the largest webhooks.
const PROBE_BYTES: u32 = 128 << 10;
/// The parts of [`Health`] that this module reports.
const PART_APPEND: &str = "append";
const PART_LOG: &str = "log";
/// Connections for reading runs of events.
const READ_CONNECTIONS: u32 = 4;
/// Connections for commands on PostgreSQL, so that webhooks do not wait for readers of histories and feeds. (On SQLite,
/// runs of events are read elsewhere anyway.)
const COMMAND_CONNECTIONS: u32 = 4;

/// The log.
#[derive(Clone)]
pub struct EventStore {
    readers: Db,
    /// What commands read: single streams, command keys, the head.
    commands: Db,
    /// Reads runs of events; set if the log is on SQLite.
    sqlite: Option<SqliteReader>,
    appender: Option<mpsc::Sender<Queued>>,
    recent: Arc<Recent>,
    health: Health,
    /// When the appender last wrote.
    written: Arc<Mutex<Instant>>,
}

/// What waits for the appender.
enum Queued {
    Append(Box<QueuedAppend>),
    Probe(oneshot::Sender<Result<(), StoreError>>),
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

    async fn probe(&mut self, now: Timestamp, bytes: u32) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(writer) => writer.probe(now, bytes),
            Self::Postgres(writer) => writer.probe(bytes).await,
        }
    }
}

/// What the appender works with.
struct AppenderContext {
    recent: Arc<Recent>,
    clock: SharedClock,
    health: Health,
    written: Arc<Mutex<Instant>>,
    runtime: Handle,
}

impl EventStore {
    /// Opens the log for reading and writing, and migrates its schema.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open(url: &DatabaseUrl, clock: SharedClock) -> Result<Self, OpenError> {
        let readers = connect(url, NAME, Durability::Full, READ_CONNECTIONS).await?;
        migrate_ledger(&readers).await?;
        let recent = Arc::new(Recent::default());
        let writer = match (url, &readers) {
            (DatabaseUrl::Folder(folder), _) => {
                let writer = SqliteWriter::open(&sqlite_file(folder))?;
                recent.advance(writer.last_position());
                Writer::Sqlite(Box::new(writer))
            }
            (DatabaseUrl::Postgres(_), Db::Postgres(pool)) => {
                recent.advance(read::head(&readers).await.map_err(StoreError::from)?);
                crate::subscription::listen(pool.clone(), Arc::downgrade(&recent));
                Writer::Postgres(Box::new(PostgresWriter::new((*pool.connect_options()).clone())))
            }
            (DatabaseUrl::Postgres(_), Db::Sqlite(_)) => unreachable!("a server is PostgreSQL"),
        };
        let commands = match &readers {
            Db::Sqlite(_) => readers.clone(),
            Db::Postgres(_) => connect(url, NAME, Durability::Full, COMMAND_CONNECTIONS).await?,
        };
        let (appender, waiting) = mpsc::channel(QUEUE_CAPACITY);
        let health = Health::default();
        let written = Arc::new(Mutex::new(Instant::now()));
        let context = AppenderContext {
            recent: recent.clone(),
            clock,
            health: health.clone(),
            written: written.clone(),
            runtime: Handle::current(),
        };
        spawn_appender(writer, waiting, context)?;
        Ok(Self {
            readers,
            commands,
            sqlite: sqlite_reader(url),
            appender: Some(appender),
            recent,
            health,
            written,
        })
    }

    /// Opens the log for reading only, as a second process beside the writer.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open_read_only(url: &DatabaseUrl) -> Result<Self, OpenError> {
        let readers = connect(url, NAME, Durability::Full, READ_CONNECTIONS).await?;
        migrate_ledger(&readers).await?;
        let recent = Arc::new(Recent::default());
        recent.advance(read::head(&readers).await.map_err(StoreError::from)?);
        crate::subscription::poll(readers.clone(), Arc::downgrade(&recent));
        Ok(Self {
            commands: readers.clone(),
            readers,
            sqlite: sqlite_reader(url),
            appender: None,
            recent,
            health: Health::default(),
            written: Arc::new(Mutex::new(Instant::now())),
        })
    }

    /// Appends events to a stream, if it is at the expected sequence. Returns when they are durable.
    ///
    /// # Errors
    /// When the database cannot be used. Then it is unknown whether the events were written (all of them or none), and
    /// the command key makes a retry safe.
    pub async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        check(&append)?;
        let (answer, answered) = oneshot::channel();
        let appender = self.appender.as_ref().ok_or(StoreError::Closed)?;
        appender
            .send(Queued::Append(Box::new(QueuedAppend { append, answer })))
            .await
            .map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// The events after a position, dense. Fewer than `limit` only at the head.
    ///
    /// # Errors
    /// When the database cannot be used, or a position is missing.
    pub async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RawEvent>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let read = async {
            let events = match &self.sqlite {
                Some(sqlite) => sqlite.read_all(after, limit).await?,
                None => read::read_all(&self.readers, after, limit).await?,
            };
            read::dense(after, events)
        };
        self.noted(read.await)
    }

    /// The leaf hash of the event at a position. `None` if there is none.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub(crate) async fn leaf_hash(&self, position: Position) -> Result<Option<[u8; 32]>, StoreError> {
        let found = match &self.sqlite {
            Some(sqlite) => sqlite.read_all(position - 1, 1).await?,
            None => read::read_all(&self.readers, position - 1, 1).await?,
        };
        Ok(found
            .first()
            .filter(|event| event.position == position)
            .map(super::entry::leaf_hash))
    }

    /// The events of a stream after a sequence, in order.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn read_stream(&self, stream: &StreamId, after: i64) -> Result<Vec<RawEvent>, StoreError> {
        self.noted(match &self.sqlite {
            Some(sqlite) => sqlite.read_stream(stream, after).await,
            None => read::read_stream(&self.readers, stream, after).await,
        })
    }

    /// An aggregate's events, read with postgres-es or sqlite-es.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn load<A: Aggregate>(&self, id: &str) -> Result<Vec<SerializedEvent>, StoreError> {
        let loaded = match &self.commands {
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
        let loaded = loaded.map_err(|error| match error {
            PersistenceError::OptimisticLockError => StoreError::Closed,
            PersistenceError::ConnectionError(error)
            | PersistenceError::DeserializationError(error)
            | PersistenceError::UnknownError(error) => match error.downcast::<sqlx::Error>() {
                Ok(error) => StoreError::from(*error),
                Err(error) => StoreError::from(sqlx::Error::Io(std::io::Error::other(error))),
            },
        });
        self.noted(loaded)
    }

    /// The last position. 0 for an empty log.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn head(&self) -> Result<Position, StoreError> {
        self.noted(read::head(&self.commands).await.map_err(StoreError::from))
    }

    /// The sequence and the position of a stream's last event.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn last_of(&self, stream: &StreamId) -> Result<Option<(i64, Position)>, StoreError> {
        self.noted(read::last_of(&self.commands, stream).await)
    }

    /// Whether no other process can append, so that a cached aggregate is always current.
    #[must_use]
    pub const fn is_only_writer(&self) -> bool {
        self.appender.is_some() && matches!(self.readers, Db::Sqlite(_))
    }

    /// The last event of an executed command. `None` if the command key is new.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn command_position(&self, command_key: &str) -> Result<Option<Position>, StoreError> {
        self.noted(read::command_position(&self.commands, command_key).await)
    }

    /// As [`EventStore::probe`], if the last append failed or is some seconds ago.
    ///
    /// # Errors
    /// When an append would fail now.
    pub async fn probe_if_idle(&self) -> Result<(), StoreError> {
        let is_recent = self.written.lock().unwrap_or_else(PoisonError::into_inner).elapsed() < PROBE_AFTER;
        if self.appender.is_none() || (is_recent && !self.health.is_failing(PART_APPEND)) {
            return Ok(());
        }
        self.probe().await
    }

    /// Writes to the log's database as an append does, and waits until it is durable. Changes no event.
    ///
    /// # Errors
    /// When an append would fail now.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        let appender = self.appender.as_ref().ok_or(StoreError::Closed)?;
        let sent = appender.send(Queued::Probe(answer)).await;
        sent.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// What does not work in this process: see [`Health::problems`].
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        self.health.problems()
    }

    /// What does not work in this process.
    pub(crate) const fn health(&self) -> &Health {
        &self.health
    }

    /// Notes damage that a read found. It stays noted until a restart: other reads succeed meanwhile.
    fn noted<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &outcome
            && error.is_damage()
        {
            self.health.failing(PART_LOG, Severity::NotReady, error.cause());
        }
        outcome
    }

    /// Whether a signed-in user caused an event. Reads the whole log if none did.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn has_actions_of_users(&self) -> Result<bool, StoreError> {
        read::has_actions_of_users(&self.readers).await
    }

    /// The latest committed events, in memory.
    pub(crate) fn recent(&self) -> &Arc<Recent> {
        &self.recent
    }

    /// The read pool, for benchmarks and for the test that prepares statements.
    #[must_use]
    pub const fn readers(&self) -> &Db {
        &self.readers
    }
}

/// Why the log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Db(#[from] DbError),
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

/// Starts the appender. On SQLite it blocks, so it has its own thread.
fn spawn_appender(writer: Writer, waiting: mpsc::Receiver<Queued>, context: AppenderContext) -> Result<(), DbError> {
    let blocks = matches!(writer, Writer::Sqlite(_));
    let appender = run(writer, waiting, context);
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

/// The appender: takes all queued appends, commits them in one transaction and answers each caller. It does not wait
/// for further appends to arrive.
async fn run(mut writer: Writer, mut waiting: mpsc::Receiver<Queued>, context: AppenderContext) {
    let mut queue = VecDeque::new();
    let mut drained = Vec::new();
    loop {
        let mut probes = Vec::new();
        if queue.is_empty() {
            match waiting.recv().await {
                Some(first) => drained.push(first),
                None => return,
            }
        }
        // Takes all appends that are queued by now.
        while drained.len() < MAX_BATCH_EVENTS
            && let Ok(next) = waiting.try_recv()
        {
            drained.push(next);
        }
        for next in drained.drain(..) {
            match next {
                Queued::Append(append) => queue.push_back(*append),
                Queued::Probe(answer) => probes.push(answer),
            }
        }
        if !queue.is_empty() {
            let (appends, callers) = take_batch(&mut queue);
            commit(&mut writer, appends, callers, &context).await;
        }
        if !probes.is_empty() {
            // After a failure, what fits must be as large as an append may be.
            let bytes = if context.health.is_failing(PART_APPEND) {
                PROBE_BYTES
            } else {
                0
            };
            let outcome = writer.probe(context.clock.now(), bytes).await;
            note_append(outcome.as_ref().err(), &context);
            for answer in probes {
                // The caller may have been cancelled.
                let _ = answer.send(outcome.clone());
            }
        }
    }
}

/// Notes how the last write to the log ended.
fn note_append(error: Option<&StoreError>, context: &AppenderContext) {
    let health = &context.health;
    match error {
        None => {
            *context.written.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            health.works(PART_APPEND);
        }
        Some(error) => {
            health.failing(PART_APPEND, Severity::NotReady, error.cause());
            if error.is_damage() {
                health.failing(PART_LOG, Severity::NotReady, error.cause());
            }
        }
    }
}

/// Takes a batch from the front. An append whose stream or command key is already in the batch is left for the next
/// one.
fn take_batch(queue: &mut VecDeque<QueuedAppend>) -> (Vec<Append>, Vec<Caller>) {
    let (mut appends, mut callers): (Vec<Append>, Vec<_>) = (Vec::new(), Vec::new());
    let mut streams: HashSet<StreamId> = HashSet::new();
    let mut keys: HashSet<String> = HashSet::new();
    let mut events = 0;
    let mut deferred = VecDeque::new();
    while let Some(next) = queue.pop_front() {
        let append = &next.append;
        let fits = events == 0 || events + append.events.len() <= MAX_BATCH_EVENTS;
        let key_is_new = append.command_key.as_ref().is_none_or(|key| !keys.contains(key));
        // Deferred appends keep their order: a later append to the same stream must not overtake them.
        let stream_is_new = streams.insert(append.stream.clone());
        keys.extend(append.command_key.clone());
        if !fits || !key_is_new || !stream_is_new {
            deferred.push_back(next);
            continue;
        }
        events += append.events.len();
        appends.push(next.append);
        callers.push(next.answer);
    }
    *queue = deferred;
    (appends, callers)
}

/// Commits a batch and answers its callers. If the database rejects the batch but is available, the appends are retried
/// one by one, so that one invalid event does not fail the others.
async fn commit(writer: &mut Writer, appends: Vec<Append>, callers: Vec<Caller>, context: &AppenderContext) {
    #[expect(clippy::cast_precision_loss, reason = "a batch is small")]
    metrics::histogram!("ledger_append_batch_appends").record(appends.len() as f64);
    let now = context.clock.now();
    match writer.write(&appends, now).await {
        Err(error) if appends.len() > 1 && !error.is_unavailable() => {
            for (append, caller) in appends.into_iter().zip(callers) {
                let outcome = writer.write(std::slice::from_ref(&append), now).await;
                answer(outcome, vec![append], vec![caller], now, context);
            }
        }
        outcome => answer(outcome, appends, callers, now, context),
    }
}

/// Counts events whose time was raised to that of the event before them, because the clock is behind it.
#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float, and a difference in seconds is small"
)]
fn note_clamp(recorded_at: Timestamp, now: Timestamp) {
    let behind = (recorded_at.as_micros() - now.as_micros()).max(0) as f64 / 1e6;
    metrics::gauge!("ledger_clock_behind_seconds").set(behind);
    if behind > 0.0 {
        metrics::counter!("ledger_clamped_batches_total").increment(1);
    }
}

fn answer(
    outcome: Result<BatchOutcome, StoreError>,
    appends: Vec<Append>,
    callers: Vec<Caller>,
    now: Timestamp,
    context: &AppenderContext,
) {
    let AppenderContext { recent, runtime, .. } = context;
    match outcome {
        Ok(outcome) => {
            note_append(None, context);
            note_clamp(outcome.recorded_at, now);
            let (results, committed) = outcome.into_results(appends);
            metrics::counter!("ledger_events_appended_total").increment(committed.len() as u64);
            recent.publish(committed);
            let several = callers.len() > 1;
            let send_all = move || {
                for (caller, result) in callers.into_iter().zip(results) {
                    // The caller may have been cancelled. Its events are in the log anyway.
                    let _ = caller.send(Ok(result));
                }
            };
            // Waking a task is cheap from within the runtime; from this thread each wake-up is a system call. Spawning
            // costs one system call too, so it pays off for several callers only.
            if several {
                runtime.spawn(async move { send_all() });
            } else {
                send_all();
            }
        }
        Err(error) => {
            metrics::counter!("ledger_append_failures_total").increment(1);
            note_append(Some(&error), context);
            for caller in callers {
                let _ = caller.send(Err(error.clone()));
            }
        }
    }
}
