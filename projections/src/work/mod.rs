//! `work` answers: what is left to do, and since when or from when on.
//!
//! Process managers find their work here, do it under a lease, and report the result as a command; then the item goes.
//! The log is their queue: nothing is entered here that does not follow from events.
//!
//! One item stays: that an erased stream's key must be destroyed. No event tells that it was, for the erasure is the fact
//! and the destruction its execution; destroying a key again does nothing.

mod fold;
mod people;
pub mod queries;
mod sound;
pub mod tables;
mod todo;

pub use queries::{Kind, Work};

use crate::engine::{ReadModel, Schema, schema};
use crate::rows::{ForeignRow, Owner, Rows, Table};
use fold::WorkDocument;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct WorkModel;

impl ReadModel for WorkModel {
    const NAME: &'static str = "work";
    const VERSION: i64 = 4;
    const TABLES: &'static [Table] = tables::TABLES;
    type Doc = WorkDocument;

    fn schema(engine: Engine) -> Schema {
        schema!("work", engine)
    }

    /// Most events of a call, all that is said among them, leave nothing to do.
    fn concerns(event: &Event) -> bool {
        fold::leaves_work(event)
    }

    fn fold(document: &mut WorkDocument, event: &Recorded) {
        document.fold(&event.metadata.tenant, &event.stream, &event.event);
    }

    fn rows(id: &str, document: &WorkDocument, rows: &mut Rows) {
        document.write_rows(id, rows);
    }

    fn unfold(_: Owner, rows: Rows) -> Result<WorkDocument, ForeignRow> {
        WorkDocument::of_rows(rows)
    }
}
