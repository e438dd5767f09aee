//! A contact: a person outside whom somebody of ours wants to find again.
//!
//! A contact is added with a name and a number, renamed, and removed. Erasing destroys the name and the number; the events
//! stay. Whether a number may be called is not part of a contact.

mod aggregate;
pub mod command;
mod decide;
pub mod error;
pub mod event;
pub mod state;

pub use command::ContactCommand;
pub use error::ContactError;
pub use event::ContactEvent;
pub use state::Contact;
