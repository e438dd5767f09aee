//! The catalog of all read models: their projectors and their SQL statements.

use crate::projector::{Model, Projector};
use crate::{agents, call_log, contacts, dashboard, live_calls, persona_feedback, rebuild, rows, work};
use infra::consumer::dead_letters;
use std::sync::Arc;

/// The projector of every read model.
#[must_use]
pub fn projectors() -> Vec<Arc<dyn Projector>> {
    vec![
        Arc::new(Model::<call_log::CallLogModel>::default()),
        Arc::new(Model::<dashboard::DashboardModel>::default()),
        Arc::new(Model::<live_calls::LiveCallsModel>::default()),
        Arc::new(Model::<persona_feedback::FeedbackModel>::default()),
        Arc::new(Model::<contacts::ContactsModel>::default()),
        Arc::new(Model::<agents::AgentsModel>::default()),
        Arc::new(Model::<work::WorkModel>::default()),
    ]
}

/// Every SQL statement that runs on a read model's namespace, with the model's name. A test prepares them on both
/// engines.
#[must_use]
pub fn statements() -> Vec<(&'static str, &'static str)> {
    let mut all = Vec::new();
    for projector in projectors() {
        let model = projector.name();
        let tables = projector.tables().iter().flat_map(rows::statements_of);
        all.extend(tables.map(|text| (model, text)));
        let own = dead_letters::STATEMENTS.iter().chain([&rebuild::OPEN_CHECKPOINT]);
        all.extend(own.map(|text| (model, *text)));
        let queries = match model {
            "call_log" => call_log::statements(),
            "dashboard" => dashboard::queries::statements(),
            "live_calls" => live_calls::queries::statements(),
            "persona_feedback" => persona_feedback::queries::statements(),
            "contacts" => contacts::queries::statements(),
            "agents" => agents::queries::statements(),
            "work" => work::queries::statements(),
            _ => Vec::new(),
        };
        all.extend(queries.into_iter().map(|text| (model, text)));
    }
    all
}
