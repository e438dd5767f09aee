//! Calls that go on now: to see them, and to end them. Stepping in comes next.

pub mod hangup;
pub mod list;
