//! Errors of commands to an agent.

use crate::hours::HoursError;
use crate::invalid::Invalid;

/// Why a command to an agent is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    #[error("there is no such agent")]
    NotFound,
    #[error("the agent exists already")]
    AlreadyExists,
    #[error("the agent was archived")]
    Archived,
    #[error("the agent has no persona {0}")]
    NoSuchPersona(u32),
    /// The persona was approved or rejected already.
    #[error("persona {0} is not proposed")]
    NotProposed(u32),
    #[error("persona {0} was never approved")]
    NotApproved(u32),
    #[error("hours: {0}")]
    Hours(#[from] HoursError),
    #[error(transparent)]
    Invalid(#[from] Invalid),
}
