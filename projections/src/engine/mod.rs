//! What all read models have in common: events of a stream fold into a document, and a document is rows.
//!
//! A read model ([`ReadModel`]) is pure: it folds, says what rows and what sums a document makes, and makes the document
//! again from its rows. Following the log live and rebuilding from nothing are both done by a [`Workset`], the one
//! writing what changed after each batch, the other writing whole documents in bulk. They run the same fold, hence
//! their rows are equal.

mod totals;
mod workset;
mod writes;

pub use totals::Totals;
pub use workset::{Found, Missing, Workset};
pub use writes::WriteSet;

use crate::rows::{ForeignRow, Owner, Rows, Table};
use infra::db::Engine;
use infra::event_store::{Event, Position, Recorded};

/// A read model: one question, answered by tables of its own.
pub trait ReadModel: Send + Sync + 'static {
    /// Its name: its namespace's name, and how people call it.
    const NAME: &'static str;
    /// Grows when the tables or the fold change: tables of an older version are rebuilt.
    const VERSION: i64;
    /// Its tables.
    const TABLES: &'static [Table];

    /// What is known of one stream. As soon as it knows anything it makes a row at least, from which it can be made again.
    type Doc: Default + Send + Sync + 'static;

    /// How its tables are made.
    fn schema(engine: Engine) -> Schema;

    /// Whether an event can change a document of this model.
    fn concerns(event: &Event) -> bool;

    /// Takes an event in. The result must not depend on the order or number of a call's callbacks.
    fn fold(doc: &mut Self::Doc, event: &Recorded);

    /// The rows that a document makes.
    fn rows(id: &str, doc: &Self::Doc, rows: &mut Rows);

    /// What a document adds to the model's counters.
    fn totals(_doc: &Self::Doc, _totals: &mut Totals) {}

    /// The document again, from the rows that [`ReadModel::rows`] made.
    ///
    /// # Errors
    /// When another version of the program wrote the rows.
    fn unfold(owner: Owner, rows: Rows) -> Result<Self::Doc, ForeignRow>;

    /// Whether the stream has probably seen its last event: a rebuild may write it out and forget it.
    fn settled(_doc: &Self::Doc) -> bool {
        true
    }
}

/// How a model's tables are made: SQL scripts.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Tables and their keys.
    pub tables: &'static str,
    /// Indexes; a rebuild makes them after loading.
    pub indexes: &'static str,
}

/// The schema of a model from its files in `migrations/`.
macro_rules! schema {
    ($model:literal, $engine:expr) => {
        match $engine {
            infra::db::Engine::Sqlite => $crate::engine::Schema {
                tables: include_str!(concat!("../../../migrations/sqlite/", $model, "/0001_tables.sql")),
                indexes: include_str!(concat!("../../../migrations/sqlite/", $model, "/0002_indexes.sql")),
            },
            infra::db::Engine::Postgres => $crate::engine::Schema {
                tables: include_str!(concat!("../../../migrations/postgres/", $model, "/0001_tables.sql")),
                indexes: include_str!(concat!("../../../migrations/postgres/", $model, "/0002_indexes.sql")),
            },
        }
    };
}
pub(crate) use schema;

/// Whether a model must look at an event. An unreadable one on a kind of stream that it reads must not be passed over,
/// nor one on a kind of stream that nobody knows.
#[must_use]
pub fn relevant<M: ReadModel>(event: &Recorded) -> bool {
    match &event.event {
        Event::Unreadable { .. } => Owner::of(&event.stream.aggregate_type)
            .is_none_or(|owner| M::TABLES.iter().any(|table| table.role.holds(owner))),
        known => M::concerns(known),
    }
}

/// Why events could not be projected.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The database refused a row, or is away.
    #[error("the read model's database could not be used")]
    Database(#[from] sqlx::Error),
    /// A row is of another version.
    #[error(transparent)]
    Foreign(#[from] ForeignRow),
    /// The event is of a type or shape that this program does not know.
    #[error("event {position} cannot be read: {reason}")]
    Unreadable {
        /// Which event.
        position: Position,
        /// Why, in words free of personal values.
        reason: String,
    },
}

impl ProjectionError {
    /// Whether it is the events' fault: trying again is useless, and the others can go on. Otherwise it is the world's.
    #[must_use]
    pub fn is_in_the_events(&self) -> bool {
        match self {
            Self::Foreign(_) | Self::Unreadable { .. } => true,
            Self::Database(sqlx::Error::Database(error)) => error.code().is_some_and(|code| refuses_data(&code)),
            Self::Database(error) => matches!(
                error,
                sqlx::Error::Encode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)
            ),
        }
    }

    /// What it says in `dead_letters`: never a value of a row, which a database's own message may hold.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Database(sqlx::Error::Database(error)) => {
                format!("the database refused a row (code {})", error.code().unwrap_or_default())
            }
            Self::Unreadable { reason, .. } => reason.clone(),
            other => other.to_string(),
        }
    }
}

/// Whether an error code means that this data cannot be stored, whoever tries and whenever.
fn refuses_data(code: &str) -> bool {
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
    fn a_refused_row_is_the_events_fault() {
        assert!(refuses_data("23505"));
        assert!(refuses_data("1555"));
        assert!(refuses_data("275"));
    }

    #[test]
    fn a_database_that_is_busy_or_full_is_not() {
        assert!(!refuses_data("5"));
        assert!(!refuses_data("13"));
        assert!(!refuses_data("57P03"));
        assert!(!ProjectionError::Database(sqlx::Error::PoolTimedOut).is_in_the_events());
    }
}
