//! Calls that go on now. To see them; taking part in them comes with the live console.

pub mod list;
