//! Everything that talks to the outside: databases, keys, the telephone network, the clock.
//!
//! **Architecture invariant:** nothing here knows a read model's table, and nothing here knows HTTP's server side.

pub mod blob;
pub mod clock;
pub mod config;
pub mod db;
pub mod event_store;
pub mod keys;
pub mod leases;
pub mod ledger;
pub mod recording_links;
pub mod models;
pub mod outbound;
pub mod accounts;
pub mod sound;
pub mod subscription;
pub mod telemetry;
pub mod twilio;
