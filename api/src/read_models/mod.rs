//! Read models: status and rebuilds.

pub mod rebuild;
pub mod status;
