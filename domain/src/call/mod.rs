//! A call.

pub mod event;
pub mod value;

pub use event::CallEvent;
