//! A callback that was correctly signed and that nobody understood: kept whole, so that a person can see it and have it
//! read again after a fix. Each is a stream of its own.

pub mod command;
pub mod event;
pub mod state;

pub use command::QuarantineCommand;
pub use event::QuarantineEvent;
pub use state::{Quarantine, QuarantineError};
