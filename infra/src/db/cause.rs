//! The cause of a database error for logs and reports: its kind and its code. A database's own message may quote values
//! of a row, so it is shown only where it cannot.

use super::DbError;

/// What SQLite's primary result codes mean.
const SQLITE: &[(i32, &str)] = &[
    (3, "permission denied"),
    (5, "the file is locked"),
    (6, "a table is locked"),
    (7, "out of memory"),
    (8, "the file is read-only"),
    (10, "input/output error"),
    (11, "the file is damaged"),
    (13, "disk full"),
    (14, "the file cannot be opened"),
    (19, "a constraint refused a row"),
    (26, "the file is not a database, or damaged"),
];

/// Classes of SQLSTATE whose messages quote no values: connection, transaction state, authorization, catalog, transaction
/// rollback, syntax or access rule, resources, object state, operator intervention, system.
const CLASSES_WITHOUT_VALUES: &[&str] = &["08", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "XX"];

/// The text for a SQLite result code, which may be extended.
pub(crate) fn sqlite_cause(code: i32) -> String {
    let primary = code & 0xff;
    let meaning = SQLITE.iter().find(|(known, _)| *known == primary);
    let meaning = meaning.map_or("database error", |(_, meaning)| meaning);
    format!("{meaning} (SQLite {code})")
}

/// The cause of an error with its code. Contains no values of rows.
#[must_use]
pub fn cause(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default().into_owned();
            if let Ok(number) = code.parse::<i32>()
                && error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some()
            {
                return sqlite_cause(number);
            }
            if CLASSES_WITHOUT_VALUES.iter().any(|class| code.starts_with(class)) {
                return format!("{} (PostgreSQL {code})", error.message());
            }
            format!("the database refused a value (PostgreSQL {code})")
        }
        sqlx::Error::Io(error) => format!("the database cannot be reached: {error}"),
        sqlx::Error::PoolTimedOut => "no free connection to the database in time".to_owned(),
        sqlx::Error::Tls(_) => "the encrypted connection to the database failed".to_owned(),
        other => other.to_string(),
    }
}

impl DbError {
    /// The cause with its code. Contains no values of rows.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Sqlx(error) | Self::Migrate(sqlx::migrate::MigrateError::Execute(error)) => cause(error),
            Self::Folder(error) => format!("{self}: {error}"),
            other => other.to_string(),
        }
    }
}

/// Whether the file or the server's storage is damaged, so that a retry does not help.
#[must_use]
pub fn is_damaged(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // PostgreSQL: data corrupted, index corrupted.
            matches!(&*code, "XX001" | "XX002") || matches!(code.parse::<i32>().map(|code| code & 0xff), Ok(11 | 26))
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cause_names_the_kind_and_the_code() {
        assert_eq!(sqlite_cause(13), "disk full (SQLite 13)");
        assert_eq!(sqlite_cause(522), "input/output error (SQLite 522)");
        assert_eq!(sqlite_cause(1), "database error (SQLite 1)");
        assert!(cause(&sqlx::Error::PoolTimedOut).contains("no free connection"));
    }
}
