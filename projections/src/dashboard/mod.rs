//! `dashboard`: figures by quarter hour, by hour, by day of UTC and in total, and the latest calls.
//!
//! Every figure is a maintained sum, so that no query counts rows. Days and hours of a tenant's time zone are added up
//! from hours and quarter hours when they are read (`domain::calendar`), so that another time zone needs no rebuild. When an event moves a call from one figure to
//! another (an outcome, a day), the call's old contribution is subtracted and the new one added. For the list of latest
//! calls, there is one small row per call. Transcripts and searchable texts are in `call_log`.

pub mod queries;
pub mod tables;
mod to_rows;

pub use queries::Dashboard;

use crate::engine::{ReadModel, Schema, Totals, schema};
use crate::rows::{Rows, Table};
use domain::call::view::CallView;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct DashboardModel;

impl ReadModel for DashboardModel {
    const NAME: &'static str = "dashboard";
    const VERSION: i64 = 6;
    const TABLES: &'static [Table] = tables::TABLES;
    type Doc = CallView;

    fn schema(engine: Engine) -> Schema {
        schema!("dashboard", engine)
    }

    fn concerns(event: &Event) -> bool {
        matches!(event, Event::Call(_))
    }

    fn fold(view: &mut CallView, event: &Recorded) {
        if let Event::Call(call) = &event.event {
            view.fold(&event.metadata.tenant, call);
        }
    }

    fn rows(id: &str, view: &CallView, rows: &mut Rows) {
        rows.push(to_rows::row(id, view));
    }

    fn totals(view: &CallView, totals: &mut Totals) {
        to_rows::write_totals(view, totals);
    }

    fn settled(view: &CallView) -> bool {
        view.is_over()
    }
}
