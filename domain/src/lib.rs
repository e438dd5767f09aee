//! The domain of Call Ledger: calls, agents, contacts, callees, users, settings of tenants, quarantined webhooks and the
//! ledger's own stream, as event-sourced aggregates.
//!
//! The crate is pure and synchronous: no clock, no randomness, no I/O. Times and identifiers are part of the commands.
//! `decide` turns a state and a command into events, and `apply` applies an event to the state. Nothing else changes state.
//!
//! **Architecture invariant:** this crate knows that some values are [`Personal`]; it does not know how they are sealed.

pub mod agent;
pub mod calendar;
pub mod call;
pub mod callee;
pub mod contact;
pub mod decide;
pub mod dialogue;
pub mod hours;
pub mod ids;
pub mod invalid;
pub mod ledger;
pub mod money;
pub mod personal;
pub mod phone;
pub mod phone_number;
pub mod quarantine;
pub mod tenant_settings;
pub mod time;
pub mod user;

pub use decide::Decide;
pub use ids::{AgentId, CallId, ContactId, Tenant};
pub use invalid::Invalid;
pub use personal::Personal;
pub use time::Timestamp;
