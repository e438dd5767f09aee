//! `live_calls`: the calls in progress, who is speaking with the caller, and the conversation so far.
//!
//! A call's rows are deleted when it ends, and a late callback does not make it live again. A queued call has a row that
//! is not live.

mod fold;
pub mod queries;
pub mod tables;

pub use queries::LiveCalls;

use crate::engine::{ReadModel, Schema, schema};
use crate::rows::{Rows, Table};
use fold::LiveDocument;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct LiveCallsModel;

impl ReadModel for LiveCallsModel {
    const NAME: &'static str = "live_calls";
    const VERSION: i64 = 8;
    const TABLES: &'static [Table] = tables::TABLES;
    type Doc = LiveDocument;

    fn schema(engine: Engine) -> Schema {
        schema!("live_calls", engine)
    }

    fn concerns(event: &Event) -> bool {
        matches!(event, Event::Call(_))
    }

    fn fold(document: &mut LiveDocument, event: &Recorded) {
        if let Event::Call(call) = &event.event {
            document.fold(&event.metadata.tenant, call);
        }
    }

    fn rows(id: &str, document: &LiveDocument, rows: &mut Rows) {
        document.write_rows(id, rows);
    }

    fn settled(document: &LiveDocument) -> bool {
        document.is_over()
    }
}
