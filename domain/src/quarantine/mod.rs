//! Quarantine: webhooks with a valid signature that could not be parsed. Each is stored in full on a stream of its own, so
//! that a user can inspect it and have it parsed again after a fix.

pub mod command;
pub mod event;
pub mod state;

pub use command::QuarantineCommand;
pub use event::QuarantineEvent;
pub use state::{Quarantine, QuarantineError};
