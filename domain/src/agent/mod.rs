//! An agent.

pub mod event;

pub use event::AgentEvent;
