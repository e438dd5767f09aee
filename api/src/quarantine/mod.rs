//! Callbacks that could not be understood: to see them, and to have them read again after a fix.

pub mod list;
pub mod reingest;
