//! The rules of Call Ledger: what may happen to a call, an agent and a contact, and what it means when it has.
//!
//! Everything here is pure and synchronous. Time and identifiers come in with the command; no clock, no randomness,
//! no I/O. `decide` turns a state and a command into events, `apply` folds an event into the state, and nothing else
//! changes anything.
//!
//! **Architecture invariant:** this crate knows that some values are [`Personal`]; it does not know how they are sealed.

pub mod agent;
pub mod call;
pub mod contact;
pub mod dialogue;
pub mod decide;
pub mod hours;
pub mod ids;
pub mod invalid;
pub mod ledger;
pub mod money;
pub mod personal;
pub mod phone;
pub mod time;
pub mod quarantine;

pub use decide::Decide;
pub use ids::{AgentId, CallId, ContactId, Tenant};
pub use invalid::Invalid;
pub use personal::Personal;
pub use time::Timestamp;
