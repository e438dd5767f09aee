//! `work`: the work items of jobs, with the time from which each is due.
//!
//! Jobs query their items, run them under a lease and record the result with a command; its event removes the item. The
//! log is the queue: every item follows from events.
//!
//! One item is never removed: the destruction of an erased stream's key. No event records it, and destroying a key
//! again has no effect.

mod fold;
mod media;
mod participants;
pub mod queries;
pub mod tables;
mod todo;

pub use queries::{Kind, Work};

use crate::engine::{ReadModel, Schema, schema};
use crate::rows::{Rows, Table};
use fold::WorkDocument;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct WorkModel;

impl ReadModel for WorkModel {
    const NAME: &'static str = "work";
    const VERSION: i64 = 8;
    const TABLES: &'static [Table] = tables::TABLES;
    type Doc = WorkDocument;

    fn schema(engine: Engine) -> Schema {
        schema!("work", engine)
    }

    /// Most events of a call, such as its turns, create no work.
    fn concerns(event: &Event) -> bool {
        fold::affects_work(event)
    }

    fn fold(document: &mut WorkDocument, event: &Recorded) {
        document.fold(&event.metadata.tenant, &event.stream, &event.event);
    }

    fn rows(id: &str, document: &WorkDocument, rows: &mut Rows) {
        document.write_rows(id, rows);
    }
}
