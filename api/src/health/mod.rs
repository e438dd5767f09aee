//! What machines ask: whether the process lives, whether it can do its work, and its figures.

pub mod live;
pub mod metrics;
pub mod ready;
pub mod report;
