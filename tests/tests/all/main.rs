//! The whole, from outside: one test binary, both databases.

mod event_store;
mod ledger;
