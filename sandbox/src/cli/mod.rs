//! One file a verb.

mod progress;
pub mod sign;
pub mod traffic;
