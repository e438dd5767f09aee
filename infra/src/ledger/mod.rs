//! [`Ledger`]: executes commands and reads histories and the log, with events unsealed and typed.
//!
//! It combines the pure decisions of `domain`, the event store and the key store. Its callers never see a sealed value,
//! and can only append events that `decide` returned.

pub mod clock_check;
mod destroy;
mod execute;
mod follow;
mod identity;
mod lock;
mod opening;
mod stores;

pub use execute::{Executed, LedgerError, Outcome};
pub use follow::Subscription;
pub use identity::{INSTALLATION, Identity};
pub use stores::{AccountsCheckError, StoreMismatch};
pub(crate) use stores::{check_accounts, mark_accounts};

use crate::clock::SharedClock;
use crate::db::{DatabaseUrl, DbError};
use crate::event_store::{EventStore, OpenError, Position, RawEvent, Recorded, StoreError, StreamId};
use crate::health::Health;
use crate::keys::{IndexKey, KeyError, KeyStore, MasterKey, MasterKeySource};
use crate::subscription::checkpoint::LogMark;
use domain::Timestamp;
use domain::ledger::LedgerClock;
use execute::Streams;
use lock::FolderLock;
use opening::RawParams;
use quick_cache::sync::Cache;
use std::convert::identity;
use std::sync::{Arc, OnceLock};

const MAX_CACHED_HASHES: usize = 256;

/// Options for opening a ledger.
#[derive(Clone)]
pub struct LedgerOptions {
    /// The log.
    pub database: DatabaseUrl,
    /// The key store.
    pub keys: DatabaseUrl,
    /// Wraps the data keys.
    pub master_key: MasterKeySource,
    pub clock: SharedClock,
}

/// The ledger. Cheap to clone; clones share state.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    store: EventStore,
    keys: KeyStore,
    index_key: IndexKey,
    streams: Streams,
    identity: OnceLock<Identity>,
    /// Leaf hashes of the latest positions: several consumers stop at the same ones.
    hashes: Cache<Position, [u8; 32]>,
    /// Held while this process may append to SQLite files.
    _lock: Option<FolderLock>,
}

/// Why a ledger cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum LedgerOpenError {
    /// Another process appends to this data folder.
    #[error(
        "another call-ledger process is using the data folder {0}; stop it first, or use PostgreSQL to run several"
    )]
    Locked(String),
    /// The data folder cannot be created or used.
    #[error("cannot use the data folder {0}")]
    Folder(String, #[source] std::io::Error),
    /// The log does not start with its identity.
    #[error(
        "the ledger was created by a build from before the first release and cannot be opened by this one: use an empty data folder or database, or the build that created it"
    )]
    EarlierBuild,
    /// Times of two clocks in one log could not be compared.
    #[error(
        "the ledger takes its times from the {recorded} clock, but the {clock} clock is configured: set CLOCK={recorded}, \
        or use an empty data folder or database"
    )]
    Clock {
        /// The clock in the log's first event.
        recorded: LedgerClock,
        clock: LedgerClock,
    },
    /// A store is missing or belongs to another log.
    #[error(transparent)]
    Stores(#[from] StoreMismatch),
    /// The key store cannot be opened, or the master key is wrong.
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error(transparent)]
    Db(#[from] DbError),
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

/// Looks at the stores before any of them is opened, and at the master key, which is created if all of them are new.
async fn look(options: &LedgerOptions) -> Result<(), LedgerOpenError> {
    let (log, keys) = stores::look(&options.database, &options.keys).await??;
    if log.head > 0 && log.ledger.is_none() {
        return Err(LedgerOpenError::EarlierBuild);
    }
    let may_create = !keys.has_master_key && log.head <= 1;
    options.master_key.load(may_create)?;
    Ok(())
}

impl Ledger {
    /// Opens the ledger for reading and appending.
    ///
    /// # Errors
    /// [`LedgerOpenError::Locked`] when another process uses the same SQLite folder, and [`KeyError::WrongMasterKey`]
    /// when the master key is not the one of the key store.
    pub async fn open(options: LedgerOptions) -> Result<Self, LedgerOpenError> {
        let lock = match &options.database {
            DatabaseUrl::Folder(folder) => Some(FolderLock::take(folder)?),
            DatabaseUrl::Postgres(_) => None,
        };
        look(&options).await?;
        let keys = KeyStore::open(&options.keys, options.master_key, options.clock.clone()).await?;
        let store = EventStore::open(&options.database, options.clock.clone()).await?;
        let index_key = IndexKey::open(store.readers(), &keys, options.clock.now()).await?;
        let ledger = Self(Arc::new(Inner {
            store,
            keys,
            index_key,
            streams: Streams::default(),
            identity: OnceLock::new(),
            hashes: Cache::new(MAX_CACHED_HASHES),
            _lock: lock,
        }));
        let identity = identity::ensure(&ledger, &options.clock).await?;
        stores::bind_keys(&ledger, &identity.id).await??;
        ledger.0.identity.get_or_init(|| identity);
        Ok(ledger)
    }

    /// Opens the ledger for reading only. Works beside a process that appends to the same SQLite folder.
    ///
    /// # Errors
    /// As [`Ledger::open`], except for the lock, which it does not take.
    pub async fn open_read_only(options: LedgerOptions) -> Result<Self, LedgerOpenError> {
        look(&options).await?;
        let keys = KeyStore::open(&options.keys, options.master_key, options.clock.clone()).await?;
        let store = EventStore::open_read_only(&options.database).await?;
        let index_key = IndexKey::open(store.readers(), &keys, options.clock.now()).await?;
        let ledger = Self(Arc::new(Inner {
            store,
            keys,
            index_key,
            streams: Streams::default(),
            identity: OnceLock::new(),
            hashes: Cache::new(MAX_CACHED_HASHES),
            _lock: None,
        }));
        if let Some(identity) = identity::read(&ledger).await? {
            ledger.0.identity.get_or_init(|| identity);
        }
        Ok(ledger)
    }

    /// The identity of the log. `None` if it was opened for reading only and is empty.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.0.identity.get()
    }

    /// All events of a stream by sequence, without the webhooks' raw parameters. Empty if the stream does not exist.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn history(&self, stream: &StreamId) -> Result<Vec<Recorded>, StoreError> {
        let events = self.0.store.read_stream(stream, 0).await?;
        opening::open(&self.0.keys, events, RawParams::Omitted, identity).await
    }

    /// As [`Ledger::history`], with the webhooks' raw parameters.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn history_with_params(&self, stream: &StreamId) -> Result<Vec<Recorded>, StoreError> {
        let events = self.0.store.read_stream(stream, 0).await?;
        opening::open(&self.0.keys, events, RawParams::Opened, identity).await
    }

    /// The events of an executed command, by sequence.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn events_of_command(&self, stream: &StreamId, command_key: &str) -> Result<Vec<Recorded>, StoreError> {
        let mut events = self.history(stream).await?;
        events.retain(|event| event.metadata.command_key.as_deref() == Some(command_key));
        Ok(events)
    }

    /// The events after a position, dense, without the webhooks' raw parameters. Fewer than `limit` only at the head.
    ///
    /// # Errors
    /// When a database cannot be used, or a position is missing.
    pub async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Arc<Recorded>>, StoreError> {
        if let Some(recent) = self.0.store.recent().after(after, limit) {
            return Ok(recent);
        }
        let events = self.0.store.read_all(after, limit).await?;
        opening::open(&self.0.keys, events, RawParams::Omitted, Arc::new).await
    }

    /// The mark of a position, by which the log is recognized. `None`: the log has no identity, or no such event.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn mark_at(&self, position: Position) -> Result<Option<LogMark>, StoreError> {
        let Some(identity) = self.identity() else {
            return Ok(None);
        };
        let known = self.0.hashes.get(&position);
        let hash = match known {
            Some(hash) => Some(hash),
            None => self.0.store.leaf_hash(position).await?,
        };
        let Some(hash) = hash else { return Ok(None) };
        self.0.hashes.insert(position, hash);
        Ok(Some(LogMark {
            ledger: identity.id.clone(),
            position,
            hash: const_hex::encode(hash),
        }))
    }

    /// Whether the log has this mark. Reads the log itself, which may have been replaced.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn has(&self, mark: &LogMark) -> Result<bool, StoreError> {
        let hash = self.0.store.leaf_hash(mark.position).await?;
        Ok(self.identity().is_some_and(|identity| identity.id == mark.ledger)
            && hash.is_some_and(|hash| const_hex::encode(hash) == mark.hash))
    }

    /// The last position. 0 for an empty log.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn head(&self) -> Result<Position, StoreError> {
        self.0.store.head().await
    }

    /// When the last event was recorded. The epoch if the log is empty.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn last_recorded_at(&self) -> Result<Timestamp, StoreError> {
        let head = self.head().await?;
        let last = self.0.store.read_all((head - 1).max(0), 1).await?;
        Ok(last.first().map(RawEvent::recorded_at).unwrap_or_default())
    }

    /// Whether a signed-in user caused an event. Reads the whole log if none did.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn has_actions_of_users(&self) -> Result<bool, StoreError> {
        self.0.store.has_actions_of_users().await
    }

    /// Whether no other process can append: this one holds the lock of the data folder.
    #[must_use]
    pub fn is_only_writer(&self) -> bool {
        self.0.store.is_only_writer()
    }

    /// Tries an append that changes nothing, if the last one failed or is some seconds ago. The outcome is noted in
    /// [`Ledger::health`].
    ///
    /// # Errors
    /// When an append would fail now.
    pub async fn probe_if_idle(&self) -> Result<(), StoreError> {
        self.0.store.probe_if_idle().await
    }

    /// What does not work in this process: of the log, of the key store, and of what follows the log.
    #[must_use]
    pub fn health(&self) -> &Health {
        self.0.store.health()
    }

    /// The known head of the log, without a database query.
    #[must_use]
    pub fn known_head(&self) -> Position {
        self.0.store.recent().head()
    }

    /// Whether the events after a position are in memory, so that reading them needs no database.
    #[must_use]
    pub fn has_in_memory(&self, after: Position) -> bool {
        self.0.store.recent().after(after, 1).is_some()
    }

    /// Subscribes to the log after a position.
    #[must_use]
    pub fn subscribe(&self, after: Position) -> Subscription {
        Subscription::new(self.clone(), after)
    }

    /// Checkpoints SQLite's write-ahead logs, so that the files can be copied after a clean stop.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        self.0.store.readers().checkpoint().await?;
        Ok(self.0.keys.checkpoint().await?)
    }

    /// The key store, for disclosure.
    #[must_use]
    pub fn keys(&self) -> &KeyStore {
        &self.0.keys
    }

    /// The id of a tenant's callee: a digest of the number, which only this installation can compute.
    #[must_use]
    pub fn callee_id(&self, tenant: &str, number: &str) -> String {
        self.0.index_key.callee_id(tenant, number)
    }

    /// Wraps the data keys and the index key with another master key. Changes no event. The next start needs the new key.
    /// If it fails, either master key opens what it opened before, and this can be repeated.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn rotate_master_key(&self, new: &MasterKey, now: Timestamp) -> Result<usize, KeyError> {
        let db = self.0.store.readers();
        self.0.index_key.wrap_also(db, new, now).await?;
        let rotated = self.0.keys.rotate(new).await?;
        IndexKey::forget_other_wraps(db, new).await?;
        Ok(rotated)
    }

    /// The event store, for benchmarks and tests.
    #[must_use]
    pub fn store(&self) -> &EventStore {
        &self.0.store
    }
}
