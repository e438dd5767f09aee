//! An AI agent: its settings, its hours, its numbers, its personas.
//!
//! An agent is created with settings (prompt, greeting, voice, ...), which are edited one by one. It answers the numbers
//! assigned to it within its hours, unless the emergency switch is on; [`Agent::routing`] decides. Rules drawn from the
//! corrections of its calls are proposed as the next version of its persona; a user approves or rejects the version, and
//! can roll back to any version that was approved before. The model receives the prompt and the approved rules, never a raw
//! correction. An archived agent does not change any more.
//!
//! Not in this module: a number belongs to one agent. That rule spans agents, and the engine enforces it: it unassigns the
//! number from one agent before it assigns it to another.

mod aggregate;
pub mod command;
mod decide;
pub mod error;
pub mod event;
pub mod field;
pub mod rules;
pub mod settings;
pub mod state;

pub use command::AgentCommand;
pub use error::AgentError;
pub use event::{AgentEvent, AgentSettings};
pub use state::{Agent, Persona, PersonaStatus, Routing};
