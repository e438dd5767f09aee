//! `call_log`: lists of calls, and the details of a call.
//!
//! It has tables for calls, legs, transcripts, recordings, corrections and collected fields, and maintains the number
//! of calls for each filter, so that no query counts rows. Figures over time are in `dashboard`, work items in `work`.

mod document;
mod fold;
mod previous_calls;
pub mod queries;
pub mod search;
pub mod tables;
mod to_rows;

pub use document::{CallDocument, TURNS};
pub use previous_calls::PreviousCall;
pub use queries::{CallLog, CallQuery, Cursor, Page};

/// Every statement of the queries.
pub(crate) fn statements() -> Vec<&'static str> {
    [queries::statements(), previous_calls::statements()].concat()
}

use crate::engine::{ReadModel, Schema, Totals, schema};
use crate::rows::{Rows, Table};
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct CallLogModel;

impl ReadModel for CallLogModel {
    const NAME: &'static str = "call_log";
    const VERSION: i64 = 7;
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

    fn settled(document: &CallDocument) -> bool {
        document.view.is_over()
    }
}
