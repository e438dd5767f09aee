//! Dashboard figures.

pub mod stats;
