//! The dashboard's figures.

pub mod stats;
