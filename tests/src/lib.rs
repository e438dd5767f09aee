//! What the tests and benchmarks of the whole stand on: databases to throw away, built binaries, Twilio's own validator.
//!
//! **Architecture invariant:** nothing here knows the rules of Call Ledger. What a test expects stands in the test.

pub mod app;
pub mod binaries;
pub mod browser;
pub mod ear;
pub mod place;
pub mod ports;
pub mod postgres;
pub mod proxy;
pub mod rows;
pub mod scratch;
pub mod service;
mod twilio_package;
pub mod twilio_validator;
pub mod twiml_judge;
pub mod world;
