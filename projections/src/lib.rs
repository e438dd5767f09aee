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
mod catalog;
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

pub use catalog::{projectors, statements};
pub use models::{Following, ReadModels};
pub use rebuild::{RebuildError, RebuildOptions, RebuildReport};
pub use runner::{ModelStatus, Progress, RebuildStatus, Stage};
