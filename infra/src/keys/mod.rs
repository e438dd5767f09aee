//! Sealing and erasing personal values.
//!
//! Each stream has its own data key. The master key wraps the data keys, which are stored apart from the events.
//! Destroying a data key makes every personal value of its stream unreadable, in the log and in every backup of it.
//!
//! **Architecture invariant:** only this module handles keys. The domain marks values as `Personal`; the event store
//! handles bytes.

mod codec;
mod compression;
mod index_key;
mod master;
mod seal;
mod store;

pub use compression::dictionary;
pub use index_key::{INDEX_KEY_STATEMENTS, IndexKey};
pub use master::{MasterKey, MasterKeySource};
pub use seal::ValueKey;
pub use store::{Destroyed, KeyStore, STATEMENTS};

pub(crate) use codec::{SealedIn, open_params, open_payload, seal_params, seal_payload};
pub(crate) use seal::SealingKey;
pub(crate) use store::{NAME, StreamKey};

use crate::db::DbError;
use std::sync::Arc;

/// Why a value could not be sealed or unsealed. Contains neither the value nor a key.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key store could not be used")]
    Database(#[source] Arc<sqlx::Error>),
    #[error("the key store could not be opened")]
    Open(#[source] Arc<DbError>),
    /// The master key is not the one that wrapped the data keys.
    #[error("the master key is not the one that this key store was made with")]
    WrongMasterKey,
    #[error("the master key must be 32 bytes, written as 64 hexadecimal digits or as base64")]
    MalformedMasterKey,
    #[error("the master key's file {0} cannot be used")]
    MasterKeyFile(String, #[source] Arc<std::io::Error>),
    #[error(
        "the master key's file {0} does not hold a master key, which is 32 bytes, written as 64 hexadecimal digits or as \
         base64: restore the file from its backup"
    )]
    MasterKeyDamaged(String),
    /// A new master key would open nothing.
    #[error(
        "the master key's file {0} is missing, but the key store was made with a master key: restore the file, or set \
         LEDGER_MASTER_KEY. Nothing was created"
    )]
    MasterKeyMissing(String),
    /// The master key's file can be read by others.
    #[error("the master key's file {0} can be read by others: it must belong to its owner alone (mode 0600)")]
    MasterKeyExposed(String),
    /// A sealed value was altered, moved, or sealed with another key.
    #[error("a sealed value does not open: it was altered, moved, or sealed with another key")]
    Broken,
    /// The stream's data key is not in the key store, not even as destroyed.
    #[error("the stream has no data key: the key store is not complete")]
    NoKey,
    /// The master key of this process is not in force any more.
    #[error("the master key was rotated: restart this process with the new one")]
    Rotated,
    /// A sealed value's codec byte names no codec of this version.
    #[error("a sealed value uses codec {0}, which this version of call-ledger does not know: use a newer version")]
    UnknownCodec(u8),
    /// A sealed value was compressed with a dictionary that this version does not have.
    #[error(
        "a sealed value uses compression dictionary {0}, which this version of call-ledger does not have: use a newer \
         version"
    )]
    UnknownDictionary(u16),
    /// A sealed value opens, and what is in it is damaged or longer than any value this service writes.
    #[error("a sealed value does not decompress")]
    Decompression,
    /// The ledger has callees, whose ids were made with an index key that is not there.
    #[error(
        "the ledger's index key is missing, and its suppressed numbers cannot be found without it: restore the whole ledger database"
    )]
    IndexKeyMissing,
    #[error("the key store is closed")]
    Closed,
}

impl From<sqlx::Error> for KeyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<DbError> for KeyError {
    fn from(error: DbError) -> Self {
        Self::Open(Arc::new(error))
    }
}

impl KeyError {
    /// Whether the database is unavailable for now, so that a retry may succeed.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Database(error) => crate::db::is_unavailable(error),
            Self::Rotated => true,
            _ => false,
        }
    }

    /// The cause with its code. Contains no values.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Database(error) => crate::db::cause(error),
            Self::Open(error) => error.cause(),
            other => other.to_string(),
        }
    }
}
