//! `call_log` answers: which calls were there, and what is in one of them.
//!
//! It holds the call row, the legs, the words, the recordings, the corrections and the collected values, in tables that a
//! person would want to query; and how many calls each list's selection holds, so that no page counts. It does not hold
//! figures over time (`dashboard`), nor what is to be done (`work`).

mod document;
mod earlier;
mod fold;
mod of_rows;
pub mod queries;
pub mod search;
pub mod tables;
mod to_rows;

pub use document::{CallDocument, TURNS};
pub use earlier::Earlier;
pub use queries::{CallLog, Cursor, Page, Question};

use crate::engine::{ReadModel, Schema, Totals, schema};
use crate::rows::{ForeignRow, Owner, Rows, Table};
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct CallLogModel;

impl ReadModel for CallLogModel {
    const NAME: &'static str = "call_log";
    const VERSION: i64 = 3;
    const TABLES: &'static [Table] = tables::TABLES;
    type Doc = CallDocument;

    fn schema(engine: Engine) -> Schema {
        schema!("call_log", engine)
    }

    fn concerns(event: &Event) -> bool {
        matches!(event, Event::Call(_))
    }

    fn fold(document: &mut CallDocument, event: &Recorded) {
        if let Event::Call(call) = &event.event {
            document.fold(&event.metadata.tenant, call);
        }
    }

    fn rows(id: &str, document: &CallDocument, rows: &mut Rows) {
        document.write_rows(id, rows);
    }

    fn totals(document: &CallDocument, totals: &mut Totals) {
        document.write_totals(totals);
    }

    fn unfold(_: Owner, rows: Rows) -> Result<CallDocument, ForeignRow> {
        CallDocument::of_rows(rows)
    }

    fn settled(document: &CallDocument) -> bool {
        document.facts.is_over()
    }
}
