//! `persona_feedback`: grades by day, agent and persona version, and the corrections by reviewers.
//!
//! It does not derive rules from corrections: that is done in `api/src/agents/personas`, and a user approves them.

mod fold;
pub mod queries;
pub mod tables;

pub use queries::{Feedback, FeedbackQuery};

use crate::engine::{ReadModel, Schema, Totals, schema};
use crate::rows::{Rows, Table};
use fold::FeedbackDocument;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct FeedbackModel;

impl ReadModel for FeedbackModel {
    const NAME: &'static str = "persona_feedback";
    const VERSION: i64 = 3;
    const TABLES: &'static [Table] = tables::TABLES;
    type Doc = FeedbackDocument;

    fn schema(engine: Engine) -> Schema {
        schema!("persona_feedback", engine)
    }

    fn concerns(event: &Event) -> bool {
        matches!(event, Event::Call(_))
    }

    fn fold(document: &mut FeedbackDocument, event: &Recorded) {
        if let Event::Call(call) = &event.event {
            document.fold(&event.metadata.tenant, call);
        }
    }

    fn rows(id: &str, document: &FeedbackDocument, rows: &mut Rows) {
        document.write_rows(id, rows);
    }

    fn totals(document: &FeedbackDocument, totals: &mut Totals) {
        document.write_totals(totals);
    }

    fn settled(document: &FeedbackDocument) -> bool {
        document.view.is_over()
    }
}
