//! A callee: a telephone number as a tenant sees it, and whether the tenant may call it.
//!
//! The id of the stream is a keyed digest of tenant and number (`infra::keys`), so a suppression outlives the erasure of
//! the person: the number is gone then, and the digest of a number that is about to be called still finds the stream.

pub mod command;
mod decide;
pub mod event;
pub mod state;

pub use command::CalleeCommand;
pub use event::{CalleeEvent, SuppressionOrigin};
pub use state::{Callee, CalleeError};
