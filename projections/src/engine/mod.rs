//! The engine of all read models: the events of a stream fold into a document, and a document maps to rows.
//!
//! A read model ([`ReadModel`]) is pure: it folds events, and maps a document to rows and counters. A document that is
//! not in memory is folded again from its stream, so no row has to hold the state of the fold. A [`Workset`] serves both
//! following and rebuilding: a follower writes what changed after each batch, a rebuild writes whole documents in bulk.
//! Both run the same fold, so their rows are equal.

mod past;
mod totals;
mod workset;
mod writes;

pub use past::{Past, read_past};
pub use totals::Totals;
pub use workset::Workset;
pub use writes::WriteSet;

use crate::rows::{Owner, Rows, Table};
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// A read model with its own tables.
pub trait ReadModel: Send + Sync + 'static {
    /// The model's name, which is also its namespace's.
    const NAME: &'static str;
    /// Increased when the tables or the fold change. Tables of another version are rebuilt.
    const VERSION: i64;
    const TABLES: &'static [Table];

    /// The state folded from one stream.
    type Doc: Default + Send + Sync + 'static;

    /// The SQL scripts that create the tables and indexes.
    fn schema(engine: Engine) -> Schema;

    /// Whether an event can change a document of this model.
    fn concerns(event: &Event) -> bool;

    /// Applies an event. The result must not depend on the order or number of a call's callbacks.
    fn fold(doc: &mut Self::Doc, event: &Recorded);

    /// Writes the rows of a document.
    fn rows(id: &str, doc: &Self::Doc, rows: &mut Rows);

    /// Adds a document's contribution to the model's counters.
    fn totals(_doc: &Self::Doc, _totals: &mut Totals) {}

    /// Whether the stream has probably had its last event, so that a rebuild may write and evict it.
    fn settled(_doc: &Self::Doc) -> bool {
        true
    }
}

/// The SQL scripts that create a model's tables.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Creates tables and primary keys.
    pub tables: &'static str,
    /// Creates indexes. A rebuild runs it after loading.
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

/// Whether an event is relevant to a model. An unreadable event is relevant on a stream type that the model reads, and
/// on an unknown stream type: it must not be skipped.
#[must_use]
pub fn relevant<M: ReadModel>(event: &Recorded) -> bool {
    match &event.event {
        Event::Unreadable { .. } => Owner::of(&event.stream.aggregate_type)
            .is_none_or(|owner| M::TABLES.iter().any(|table| table.role.holds(owner))),
        known => M::concerns(known),
    }
}
