//! The ledger's own stream: the identity of the log and the clock it was created with.
//!
//! There is one stream of this type per log (id [`STREAM_ID`]), and its `LedgerCreated` is the first event of the log.

pub mod command;
pub mod event;
pub mod state;

pub use command::LedgerCommand;
pub use event::{LedgerClock, LedgerEvent};
pub use state::{Ledger, LedgerError};

/// The id of the one stream of this type.
pub const STREAM_ID: &str = "identity";
