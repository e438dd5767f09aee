//! Complete telephone calls: the sandbox's callers talk with the service, and the ledger must contain what was said.

mod dialogue;
mod hangup;
mod idempotency;
mod library;
mod listening;
mod lost_end;
mod personas;
mod recordings;
mod stopping;
mod takeover;
mod text_calls;
mod twiml;
