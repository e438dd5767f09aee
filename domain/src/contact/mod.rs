//! A contact: a person outside whom somebody of ours wants to find again.
//!
//! A contact is added with a name and a number, renamed, and removed. Whether the person may be called is kept here too,
//! and outlives the removal. Erasing destroys the name and the number; that there was somebody stays in the log.

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
