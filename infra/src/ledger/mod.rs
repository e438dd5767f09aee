//! The ledger: commands in, events out; history, and the log in order, opened and typed.
//!
//! It brings together the pure decisions of `domain`, the event store and the key store. Callers above it never see a
//! sealed value, and never append an event that `decide` did not make.

mod execute;
mod follow;
mod identity;
mod lock;
mod opening;

pub use execute::{Executed, LedgerError, Outcome};
pub use follow::Subscription;
pub use identity::{INSTALLATION, Identity};

use crate::clock::SharedClock;
use crate::db::{DatabaseUrl, DbError};
use crate::event_store::{EventStore, OpenError, Position, Recorded, StoreError, StreamId};
use crate::keys::{KeyError, KeyStore, MasterKey};
use execute::Streams;
use lock::FolderLock;
use opening::RawParams;
use std::convert::identity;
use std::sync::{Arc, OnceLock};

/// How a ledger is opened.
#[derive(Clone)]
pub struct LedgerOptions {
    /// Where the log is.
    pub database: DatabaseUrl,
    /// Where the keys are.
    pub keys: DatabaseUrl,
    /// What wraps the keys.
    pub master_key: MasterKey,
    /// Where the time comes from.
    pub clock: SharedClock,
}

/// The ledger. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    store: EventStore,
    keys: KeyStore,
    streams: Streams,
    identity: OnceLock<Identity>,
    /// Held for as long as this process may append to SQLite files.
    _lock: Option<FolderLock>,
}

/// Why a ledger could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum LedgerOpenError {
    /// Another process appends to this data folder.
    #[error(
        "another call-ledger process is using the data folder {0}; stop it first, or use PostgreSQL to run several"
    )]
    Locked(String),
    /// The data folder cannot be used.
    #[error("the data folder {0} cannot be used")]
    Folder(String, #[source] std::io::Error),
    /// The log does not begin with its identity.
    #[error("the ledger was created by a build from before the first release and cannot be opened by this one: use an empty data folder or database, or the build that created it")]
    EarlierBuild,
    /// The key store could not be opened, or the master key is not its own.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The database could not be opened.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OpenError> for LedgerOpenError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Db(error) => Self::Db(error),
            OpenError::Store(error) => Self::Store(error),
        }
    }
}

impl Ledger {
    /// Opens the ledger for reading and appending.
    ///
    /// # Errors
    /// [`LedgerOpenError::Locked`] when another process appends to the same SQLite folder, and
    /// [`KeyError::WrongMasterKey`] when the master key is not the key store's own.
    pub async fn open(options: LedgerOptions) -> Result<Self, LedgerOpenError> {
        let lock = match &options.database {
            DatabaseUrl::Folder(folder) => Some(FolderLock::take(folder)?),
            DatabaseUrl::Postgres(_) => None,
        };
        let keys = KeyStore::open(&options.keys, options.master_key, options.clock.clone()).await?;
        let store = EventStore::open(&options.database, options.clock.clone()).await?;
        let ledger = Self(Arc::new(Inner {
            store,
            keys,
            streams: Streams::default(),
            identity: OnceLock::new(),
            _lock: lock,
        }));
        let identity = identity::ensure(&ledger, &options.clock).await?;
        ledger.0.identity.get_or_init(|| identity);
        Ok(ledger)
    }

    /// Opens the ledger for reading only: beside the process that appends to the same SQLite folder.
    ///
    /// # Errors
    /// As [`Ledger::open`], but for the lock, which it does not take.
    pub async fn open_read_only(options: LedgerOptions) -> Result<Self, LedgerOpenError> {
        let keys = KeyStore::open(&options.keys, options.master_key, options.clock).await?;
        let store = EventStore::open_read_only(&options.database).await?;
        let ledger = Self(Arc::new(Inner {
            store,
            keys,
            streams: Streams::default(),
            identity: OnceLock::new(),
            _lock: None,
        }));
        if let Some(identity) = identity::read(&ledger).await? {
            ledger.0.identity.get_or_init(|| identity);
        }
        Ok(ledger)
    }

    /// Which log this is. `None`: a log that was opened for reading only and is empty.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.0.identity.get()
    }

    /// All events of a stream, by sequence, opened, without the webhooks' raw parameters. Empty: no such stream.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn history(&self, stream: &StreamId) -> Result<Vec<Recorded>, StoreError> {
        let events = self.0.store.read_stream(stream, 0).await?;
        opening::open(&self.0.keys, events, RawParams::LeftOut, identity).await
    }

    /// As [`Ledger::history`], with the webhooks' raw parameters.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn history_with_params(&self, stream: &StreamId) -> Result<Vec<Recorded>, StoreError> {
        let events = self.0.store.read_stream(stream, 0).await?;
        opening::open(&self.0.keys, events, RawParams::Opened, identity).await
    }

    /// What a command that was done before has led to, by sequence, opened.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn events_of_command(&self, stream: &StreamId, command_key: &str) -> Result<Vec<Recorded>, StoreError> {
        let mut events = self.history(stream).await?;
        events.retain(|event| event.metadata.command_key.as_deref() == Some(command_key));
        Ok(events)
    }

    /// The last event of a command that was done before. `None`: its key is new.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn position_of_command(&self, command_key: &str) -> Result<Option<Position>, StoreError> {
        self.0.store.command_position(command_key).await
    }

    /// The events after a position: a dense run, opened, or an error. Fewer than `limit` only at the head. Without the
    /// webhooks' raw parameters: a projector has no use for them.
    ///
    /// # Errors
    /// When a database cannot be used, or the log has a hole.
    pub async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Arc<Recorded>>, StoreError> {
        if let Some(recent) = self.0.store.recent().after(after, limit) {
            return Ok(recent);
        }
        let events = self.0.store.read_all(after, limit).await?;
        opening::open(&self.0.keys, events, RawParams::LeftOut, Arc::new).await
    }

    /// The last position; 0 of an empty log.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn head(&self) -> Result<Position, StoreError> {
        self.0.store.head().await
    }

    /// How far the log is known to go, without asking the database.
    #[must_use]
    pub fn known_head(&self) -> Position {
        self.0.store.recent().head()
    }

    /// Reads the log in order, from the event after a position, for ever.
    #[must_use]
    pub fn subscribe(&self, after: Position) -> Subscription {
        Subscription::new(self.clone(), after)
    }

    /// Destroys a stream's data key, and forgets what is in memory of it. The event that says so was appended before.
    ///
    /// # Errors
    /// When the key store cannot be used; then the key is still there, and this must be tried again.
    pub async fn destroy_key(&self, stream: &StreamId) -> Result<(), StoreError> {
        self.0.streams.forget(stream);
        self.0.keys.destroy(stream).await?;
        self.0.store.recent().forget();
        Ok(())
    }

    /// Makes SQLite's files whole by themselves, for whoever copies them after a clean stop.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        self.0.store.readers().checkpoint().await?;
        Ok(self.0.keys.checkpoint().await?)
    }

    /// The key store, for rotation.
    #[must_use]
    pub fn keys(&self) -> &KeyStore {
        &self.0.keys
    }

    /// The event store, for whoever measures it or checks its statements.
    #[must_use]
    pub fn store(&self) -> &EventStore {
        &self.0.store
    }
}
