//! Inbound interfaces: HTTP, WebSocket and command line.
//!
//! A handler reads its parameters, queries a read model or executes a command, and responds. Rules are in `domain`, SQL
//! is in `infra` and `projections`.
//!
//! **Architecture invariant:** this crate contains no SQL and no decisions about calls, and acknowledges nothing before
//! it is durable.

mod active_calls;
mod agents;
mod app;
mod auth;
mod call_logs;
pub mod cli;
mod conference;
mod contacts;
#[cfg(test)]
mod contract_tests;
mod dashboard;
mod error;
mod events;
mod feed_cache;
mod feedback;
mod health;
mod home;
mod limits;
mod live;
mod openapi;
mod openapi_responses;
mod quarantine;
mod read_models;
mod router;
mod sandbox;
mod server;
mod signals;
mod site;
mod state;
mod suppressions;
mod tenant_settings;
mod text_calls;
mod twilio;
mod users;
mod web;

pub use app::{App, Running, run};
pub use router::openapi_document;
