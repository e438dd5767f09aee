//! An AI agent: who it is, when it works, what it has learned.
//!
//! An agent is made with settings (prompt, greeting, voice, ...), which are edited one by one. It answers the numbers
//! assigned to it within its hours, unless the emergency switch is on: [`Agent::routing`] decides. From the corrections of
//! its calls rules are drawn and proposed as the next version of its persona; a person approves or rejects it, and can roll
//! back to any version that was ever approved. What the model is told is the prompt and the approved rules, never a raw
//! correction. In the end the agent is archived, and nothing about it changes any more.
//!
//! Deliberately not here: that one number has one agent (a rule across agents, which the door keeps by taking the number
//! from one before giving it to the other).

mod aggregate;
pub mod command;
mod decide;
pub mod error;
pub mod event;
pub mod rules;
pub mod settings;
pub mod state;

pub use command::AgentCommand;
pub use error::AgentError;
pub use event::{AgentEvent, AgentSettings};
pub use state::{Agent, Persona, PersonaStatus, Routing};
