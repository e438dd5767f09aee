//! [`StoreError`].

use crate::events::Position;
use rusqlite::ErrorCode;
use std::sync::Arc;

/// Why the log cannot be read or written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The database returned an error or is unavailable.
    #[error("ledger database error")]
    Database(#[source] Arc<sqlx::Error>),
    /// SQLite returned an error.
    #[error("ledger database error")]
    Sqlite(#[source] Arc<rusqlite::Error>),
    /// A position is missing: the log is damaged.
    #[error("the log is damaged: expected position {expected}, found {found}")]
    Hole { expected: Position, found: Position },
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
    /// JSON serialization or parsing failed.
    #[error("cannot convert an event to or from JSON")]
    Encode(#[source] Arc<serde_json::Error>),
    /// The key store cannot be used, or sealing or unsealing failed.
    #[error("cannot seal or unseal a personal value")]
    Keys(#[from] crate::keys::KeyError),
    /// A stream whose state is needed contains an event that this program cannot read.
    #[error("the stream contains an event that this program cannot read: {0}")]
    Unreadable(String),
    /// The command key was used for another request.
    #[error("the command key was used for another request")]
    KeyReused,
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

    /// The cause with its code. Contains no values of events.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Database(error) => crate::db::cause(error),
            Self::Sqlite(error) => match error.sqlite_error() {
                Some(error) => crate::db::sqlite_cause(error.extended_code),
                None => error.to_string(),
            },
            Self::Keys(error) => format!("key store: {}", error.cause()),
            other => other.to_string(),
        }
    }

    /// Whether the log's storage is damaged, or a position is missing: no retry helps.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Database(error) => crate::db::is_damaged(error),
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
            ),
            Self::Hole { .. } => true,
            _ => false,
        }
    }

    /// Whether the database is temporarily unavailable, so that a retry may succeed.
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
            Self::Hole { .. }
            | Self::ControlCharacter
            | Self::TooLong { .. }
            | Self::Empty
            | Self::KeyReused
            | Self::Encode(_)
            | Self::Unreadable(_) => false,
        }
    }
}
