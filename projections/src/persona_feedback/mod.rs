//! `persona_feedback`: grades by quarter hour, agent and persona version, and the corrections by reviewers.
//!
//! Days of a tenant's time zone are added up from quarter hours when they are read, as in `dashboard`.
//!
//! It does not derive rules from corrections: that is done in `api/src/agents/personas`, and a user approves them.

pub mod queries;
pub mod tables;
mod to_rows;

pub use queries::{Feedback, FeedbackQuery};

use crate::engine::{ReadModel, Schema, Totals, schema};
use crate::rows::{Rows, Table};
use domain::call::view::CallView;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct FeedbackModel;

impl ReadModel for FeedbackModel {
    const NAME: &'static str = "persona_feedback";
    const VERSION: i64 = 4;
    const TABLES: &'static [Table] = tables::TABLES;
    type Doc = CallView;

    fn schema(engine: Engine) -> Schema {
        schema!("persona_feedback", engine)
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
        to_rows::write_rows(id, view, rows);
    }

    fn totals(view: &CallView, totals: &mut Totals) {
        to_rows::write_totals(view, totals);
    }

    fn settled(view: &CallView) -> bool {
        view.is_over()
    }
}
