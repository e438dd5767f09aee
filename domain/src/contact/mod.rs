//! A contact: the name and the number of a person outside the tenant.
//!
//! A contact is added, renamed and removed. An erasure destroys the name and the number; the events remain. Whether a number
//! may be called is not part of a contact.

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
