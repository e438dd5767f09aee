//! A contact.

pub mod event;

pub use event::ContactEvent;
