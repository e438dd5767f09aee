//! The whole, from outside: one test binary, both databases.

mod architecture;
mod documented;
mod event_store;
mod ledger;
mod throwaway_postgres;
mod twilio_signature;
