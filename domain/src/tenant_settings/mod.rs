//! The settings of a tenant that belong to none of its agents: the time zone of its days.
//!
//! The id of the stream is the tenant's. Opening hours have a time zone of their own, the agent's.

pub mod command;
pub mod event;
pub mod state;

pub use command::TenantSettingsCommand;
pub use event::TenantSettingsEvent;
pub use state::{TenantSettings, TenantSettingsError};
