//! How the world gets in: HTTP, WebSocket, command line.
//!
//! A handler reads its parameters, asks a read model or gives the ledger a command, and answers. Rules are in `domain`, SQL
//! in `infra` and `projections`.
//!
//! **Architecture invariant:** no SQL text here, no decision about a call, and nothing acknowledged before it is durable.

mod active_calls;
mod agents;
mod app;
mod auth;
mod call_logs;
pub mod cli;
mod conference;
mod contacts;
mod dialogue;
mod cost;
mod dashboard;
mod number_routing;
mod drain;
mod error;
mod feedback;
mod health;
mod home;
mod audio_tap;
mod live;
mod openapi;
mod presence;
mod jobs;
mod read_models;
mod router;
mod sandbox;
mod site;
mod state;
mod twilio;
mod text_calls;
mod quarantine;
mod users;
mod web;

pub use app::{App, Running, run};
pub use openapi::document as openapi_document;
pub use state::{AppState, Shared};
