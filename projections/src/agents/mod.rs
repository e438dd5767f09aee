//! `agents`: the settings, opening hours, numbers and personas of agents.
//!
//! Whether an agent is open at a given time is a rule of `domain`.

mod fold;
pub mod queries;
pub mod tables;

pub use queries::Agents;

use crate::engine::{ReadModel, Schema, schema};
use crate::rows::{Rows, Table};
use fold::AgentDocument;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct AgentsModel;

impl ReadModel for AgentsModel {
    const NAME: &'static str = "agents";
    const VERSION: i64 = 2;
    const TABLES: &'static [Table] = tables::TABLES;
    type Doc = AgentDocument;

    fn schema(engine: Engine) -> Schema {
        schema!("agents", engine)
    }

    fn concerns(event: &Event) -> bool {
        matches!(event, Event::Agent(_))
    }

    fn fold(document: &mut AgentDocument, event: &Recorded) {
        if let Event::Agent(agent) = &event.event {
            document.fold(&event.metadata.tenant, agent);
        }
    }

    fn rows(id: &str, document: &AgentDocument, rows: &mut Rows) {
        document.write_rows(id, rows);
    }
}
