//! `dashboard` answers: how many, how long, how fast, by hour, day and altogether; and which calls were the latest.
//!
//! Every figure is a sum that is kept: no page counts rows. When better news moves a call from one figure to another
//! (an outcome, a day), what the call had added is taken away and added anew; for that, and for the latest calls, there
//! is one slim row a call. It does not hold what was said, nor anything that a list is searched by (`call_log`).

mod fold;
pub mod queries;
pub mod tables;

pub use queries::Dashboard;

use crate::engine::{ReadModel, Schema, Totals, schema};
use crate::rows::{ForeignRow, Owner, Rows, Table};
use fold::DashboardDocument;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct DashboardModel;

impl ReadModel for DashboardModel {
    const NAME: &'static str = "dashboard";
    const VERSION: i64 = 2;
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

    fn unfold(_: Owner, rows: Rows) -> Result<DashboardDocument, ForeignRow> {
        DashboardDocument::of_rows(rows)
    }

    fn settled(document: &DashboardDocument) -> bool {
        document.facts.is_over()
    }
}
