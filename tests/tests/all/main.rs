//! The whole, from outside: one test binary, both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod bad_start;
mod chaos;
mod checkpoint;
mod dashboard;
mod database_away;
mod documented;
mod doors;
mod event_store;
mod killed_service;
mod large_recording;
mod ledger;
mod listeners_gone;
mod phone_line;
mod read_models;
mod sandbox_beside;
mod sql;
mod tenants;
mod throwaway_postgres;
mod twilio_signature;
mod two_services;
