//! `agents`: the settings, opening hours, numbers and personas of agents, and the tenants of numbers.
//!
//! Whether an agent is open at a given time is a rule of `domain`.

mod fold;
pub mod queries;
pub mod tables;

pub use queries::Agents;

use crate::engine::{ReadModel, Schema, schema};
use crate::rows::{Rows, Table};
use fold::AgentsDocument;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct AgentsModel;

impl ReadModel for AgentsModel {
    const NAME: &'static str = "agents";
    const VERSION: i64 = 3;
    const TABLES: &'static [Table] = tables::TABLES;
    type Doc = AgentsDocument;

    fn schema(engine: Engine) -> Schema {
        schema!("agents", engine)
    }

    fn concerns(event: &Event) -> bool {
        matches!(event, Event::Agent(_) | Event::PhoneNumber(_))
    }

    fn fold(document: &mut AgentsDocument, event: &Recorded) {
        document.fold(&event.metadata.tenant, &event.event);
    }

    fn rows(id: &str, document: &AgentsDocument, rows: &mut Rows) {
        document.write_rows(id, rows);
    }
}
