//! Process managers: they find work in the `work` read model, do it, and report the result as a command.

pub mod eraser;
pub mod last_seen;
