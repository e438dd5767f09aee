//! `cqrs_es::Aggregate` for [`Agent`].

use super::{Agent, AgentCommand, AgentError, AgentEvent, decide};
use crate::Decide;
use crate::decide::aggregate;
use cqrs_es::persist::EventUpcaster;

aggregate!(Agent, "agent", AgentCommand, AgentEvent, AgentError);

impl Decide for Agent {
    fn decide(&self, command: &AgentCommand) -> Result<Vec<AgentEvent>, AgentError> {
        decide::decide(self, command)
    }

    /// None: every event type is at its first version. `call/upcast.rs` explains how to add one.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        Vec::new()
    }
}
