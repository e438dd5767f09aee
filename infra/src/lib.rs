//! Adapters to everything outside the process: databases, keys, Twilio, models, blob stores, the clock.
//!
//! **Architecture invariant:** this crate knows neither the tables of read models nor the HTTP server.

pub mod accounts;
pub mod blob;
pub mod clock;
pub mod config;
pub mod consumer;
pub mod db;
pub mod event_store;
mod events;
pub mod faults;
pub mod health;
pub mod keys;
pub mod leases;
pub mod ledger;
pub mod models;
pub mod outbound;
pub mod recording_links;
pub mod secret;
pub mod subscription;
pub mod telemetry;
pub mod twilio;
pub mod wav;
