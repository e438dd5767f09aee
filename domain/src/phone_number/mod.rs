//! A telephone number of the installation: the tenant that it belongs to.
//!
//! The id of the stream is the number in E.164, which is not a personal value. A number belongs to one tenant; only the
//! installation moves it to another. Which agent answers it is decided on the agent's stream.

pub mod command;
pub mod event;
pub mod state;

pub use command::PhoneNumberCommand;
pub use event::PhoneNumberEvent;
pub use state::{PhoneNumber, PhoneNumberError};
