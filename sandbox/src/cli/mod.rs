//! Subcommands, one file each.

pub mod call;
mod progress;
pub mod serve;
pub mod sign;
pub mod traffic;
