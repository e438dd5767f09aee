//! Following the log in order: what was committed last, wake-up, checkpoints, leases.
//!
//! In the process that commits, a reader gets the committed events themselves. Across processes a notification is a
//! nudge, and a poll is the truth.

pub mod checkpoint;
mod recent;
mod wake;

pub(crate) use recent::Recent;
pub(crate) use wake::{listen, poll};
