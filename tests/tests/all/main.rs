//! The whole, from outside: one test binary, both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod chaos;
mod checkpoint;
mod documented;
mod event_store;
mod killed_service;
mod ledger;
mod sql;
mod throwaway_postgres;
mod twilio_signature;
