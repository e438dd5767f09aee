//! Following the log in order: recent events, notifications, checkpoints and leases.
//!
//! In the process that commits, readers get the committed events from memory. Across processes, a notification only
//! reduces latency; polling is what guarantees that no event is missed.

pub mod checkpoint;
mod recent;
mod wake;

pub(crate) use recent::Recent;
pub(crate) use wake::{listen, poll};
