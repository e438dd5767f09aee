//! What readers ask: the read models of Call Ledger.
//!
//! A read model is one question with tables of its own, folded from the log: thrown away and made again at will. Each has
//! a folder: `mod.rs` says what it answers, `fold.rs` is pure, `tables.rs` holds its rows, `queries.rs` asks them.
//!
//! **Architecture invariant:** nothing here has an effect on the world; a projector writes rows and its checkpoint in one
//! transaction and does nothing else. No query joins two models. No row says in which order a call's callbacks came.

pub mod agents;
pub mod call_log;
pub mod contacts;
pub mod dashboard;
pub mod engine;
pub mod facts;
pub mod live_calls;
pub mod persona_feedback;
pub mod projector;
mod namespace;
pub mod rows;
mod runner;
mod words;
pub mod work;
