//! The ledger's own streams: the identity of the log and the clock it was created with, and what was destroyed for erased
//! streams.
//!
//! `LedgerCreated` on the stream with the id [`STREAM_ID`] is the first event of the log. Each erased stream has a stream of
//! this type, whose id is [`erased_stream_id`].

pub mod command;
pub mod event;
pub mod state;

pub use command::LedgerCommand;
pub use event::{LedgerClock, LedgerEvent};
pub use state::{Ledger, LedgerError};

/// The id of the stream with the identity of the log.
pub const STREAM_ID: &str = "identity";

/// The id of the stream that records what was destroyed for an erased stream.
#[must_use]
pub fn erased_stream_id(aggregate_type: &str, aggregate_id: &str) -> String {
    format!("erased-{aggregate_type}-{aggregate_id}")
}
