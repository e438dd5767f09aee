//! Quarantined webhooks: list them, and reingest them after a fix.

pub mod list;
pub mod reingest;
