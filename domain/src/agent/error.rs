//! Why a command to an agent is refused.

use crate::hours::HoursError;
use crate::invalid::Invalid;

/// Why a command to an agent is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// There is no such agent.
    #[error("there is no such agent")]
    NotFound,
    /// An agent of this identifier exists.
    #[error("the agent exists already")]
    AlreadyExists,
    /// The agent is no longer used.
    #[error("the agent was archived")]
    Archived,
    /// The agent has no such persona.
    #[error("the agent has no persona {0}")]
    NoSuchPersona(u32),
    /// The persona was decided upon already.
    #[error("persona {0} does not wait for a decision")]
    NotProposed(u32),
    /// The persona was never approved.
    #[error("persona {0} was never approved")]
    NotApproved(u32),
    /// The hours cannot be kept.
    #[error("hours: {0}")]
    Hours(#[from] HoursError),
    /// A field cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}
