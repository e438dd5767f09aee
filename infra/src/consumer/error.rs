//! [`ConsumeError`].

use crate::event_store::{Position, StoreError};

/// Why events could not be handled.
#[derive(Debug, thiserror::Error)]
pub enum ConsumeError {
    /// The consumer's database rejected a row or is unavailable.
    #[error("database error of the consumer")]
    Database(#[from] sqlx::Error),
    /// The past of a stream cannot be read.
    #[error("cannot read the log")]
    Log(#[from] StoreError),
    /// The handler panicked (a read model folds events); the panic's message is in the log of the process.
    #[error("the fold panicked")]
    Panicked,
    /// The event has a type or shape that this program does not know.
    #[error("event {position} cannot be read: {reason}")]
    Unreadable {
        position: Position,
        /// Contains no personal values.
        reason: String,
    },
}

impl ConsumeError {
    /// Whether the events cause the error, so that a retry is useless and other events can still be applied. Otherwise
    /// the cause is the environment, and a retry may succeed.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Unreadable { .. } | Self::Panicked => true,
            Self::Log(_) => false,
            Self::Database(sqlx::Error::Database(error)) => error.code().is_some_and(|code| rejects_data(&code)),
            Self::Database(error) => matches!(
                error,
                sqlx::Error::Encode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)
            ),
        }
    }

    /// The cause with its code, for logs and reports. Contains no values of rows.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Database(error) => crate::db::cause(error),
            Self::Log(error) => format!("cannot read the log: {}", error.cause()),
            other => other.to_string(),
        }
    }

    /// The reason for `dead_letters`. It never contains a database's own message, which may hold values of a row.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Database(sqlx::Error::Database(error)) => {
                format!(
                    "the database rejected a row (code {})",
                    error.code().unwrap_or_default()
                )
            }
            Self::Unreadable { reason, .. } => reason.clone(),
            other => other.to_string(),
        }
    }
}

/// Whether an error code means that the database will never accept this data: a SQLSTATE, or SQLite's extended code.
#[must_use]
pub fn rejects_data(code: &str) -> bool {
    if code.len() == 5 {
        // SQLSTATE classes: data exception, integrity constraint violation, program limit exceeded.
        return ["22", "23", "54"].iter().any(|class| code.starts_with(class));
    }
    // SQLite's primary result codes: TOOBIG, CONSTRAINT, MISMATCH, RANGE.
    code.parse::<u32>()
        .is_ok_and(|code| matches!(code & 0xff, 18 | 19 | 20 | 25))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_row_is_a_permanent_error() {
        assert!(rejects_data("23505"));
        assert!(rejects_data("1555"));
        assert!(rejects_data("275"));
    }

    #[test]
    fn busy_or_full_database_is_not_a_permanent_error() {
        assert!(!rejects_data("5"));
        assert!(!rejects_data("13"));
        assert!(!rejects_data("57P03"));
        assert!(!ConsumeError::Database(sqlx::Error::PoolTimedOut).is_permanent());
    }
}
