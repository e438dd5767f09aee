//! The read models of Call Ledger.
//!
//! A read model serves one kind of query from its own tables. The tables are folded from the log and can be rebuilt at
//! any time. Each model has a folder: `mod.rs` describes it, `fold.rs` is pure, `tables.rs` defines its rows and
//! `queries.rs` its queries. [`ReadModels`] opens and runs all of them.
//!
//! **Architecture invariant:** a projector has no external effects. It writes rows and its checkpoint in one
//! transaction and does nothing else. No query joins two models. Rows do not depend on the order in which a call's
//! callbacks arrived.

pub mod agents;
pub mod call_log;
pub mod call_view;
pub mod contacts;
pub mod dashboard;
pub mod engine;
pub mod live_calls;
mod models;
mod namespace;
pub mod persona_feedback;
pub mod projector;
pub mod rebuild;
pub mod rows;
pub mod runner;
mod text_enum;
pub mod work;

pub use models::{Following, ReadModels};
pub use rebuild::{RebuildError, RebuildOptions, RebuildReport};
pub use runner::{ModelStatus, Progress, RebuildStatus, Stage};

use projector::{Model, Projector};
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
        let own = namespace::STATEMENTS
            .iter()
            .chain(runner::STATEMENTS)
            .chain([&rebuild::OPEN_CHECKPOINT]);
        all.extend(own.map(|text| (model, *text)));
        let queries = match model {
            "call_log" => call_log::queries::statements(),
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
