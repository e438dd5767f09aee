//! `dashboard`: figures by hour, by day and in total, and the latest calls.
//!
//! Every figure is a maintained sum, so that no query counts rows. When an event moves a call from one figure to
//! another (an outcome, a day), the call's old contribution is subtracted and the new one added. For the list of latest
//! calls, there is one small row per call. Transcripts and searchable texts are in `call_log`.

mod fold;
pub mod queries;
pub mod tables;

pub use queries::Dashboard;

use crate::engine::{ReadModel, Schema, Totals, schema};
use crate::rows::{Rows, Table};
use fold::DashboardDocument;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct DashboardModel;

impl ReadModel for DashboardModel {
    const NAME: &'static str = "dashboard";
    const VERSION: i64 = 4;
    const TABLES: &'static [Table] = tables::TABLES;
    type Doc = DashboardDocument;

    fn schema(engine: Engine) -> Schema {
        schema!("dashboard", engine)
    }

    fn concerns(event: &Event) -> bool {
        matches!(event, Event::Call(_))
    }

    fn fold(document: &mut DashboardDocument, event: &Recorded) {
        if let Event::Call(call) = &event.event {
            document.fold(&event.metadata.tenant, call);
        }
    }

    fn rows(id: &str, document: &DashboardDocument, rows: &mut Rows) {
        rows.push(document.row(id));
    }

    fn totals(document: &DashboardDocument, totals: &mut Totals) {
        document.write_totals(totals);
    }

    fn settled(document: &DashboardDocument) -> bool {
        document.view.is_over()
    }
}
