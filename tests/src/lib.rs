//! Shared infrastructure of the end-to-end tests and benchmarks: disposable databases, built binaries, and Twilio's own
//! validator.
//!
//! **Architecture invariant:** nothing here knows the rules of Call Ledger. Expectations belong to the tests.

pub mod app;
pub mod binaries;
pub mod browser;
pub mod future_event;
pub mod listener;
pub mod ports;
pub mod postgres;
pub mod proxy;
pub mod rows;
pub mod scratch;
pub mod sealed_value;
pub mod service;
pub mod statement_counter;
pub mod test_env;
pub mod test_stores;
mod twilio_package;
pub mod twilio_validator;
pub mod twiml_validator;
