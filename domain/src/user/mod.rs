//! A user: what happens to the account of a team member, for auditors.
//!
//! The account itself is a row in the accounts' tables, because a password hash has no place in a log. Its stream
//! records what was done to it and by whom: invitations, roles, tokens, sign-ins and failed ones.

pub mod command;
pub mod event;
pub mod role;
pub mod state;

pub use command::UserCommand;
pub use event::UserEvent;
pub use role::Role;
pub use state::{User, UserError};
