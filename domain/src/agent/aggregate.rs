//! [`Agent`] as an aggregate of cqrs-es.

use super::{Agent, AgentCommand, AgentError, AgentEvent, decide};
use crate::Decide;
use crate::decide::aggregate;
use cqrs_es::persist::EventUpcaster;

aggregate!(Agent, "agent", AgentCommand, AgentEvent, AgentError);

impl Decide for Agent {
    fn decide(&self, command: &AgentCommand) -> Result<Vec<AgentEvent>, AgentError> {
        decide::decide(self, command)
    }

    /// None yet: every event is still in its first shape. See `call/upcast.rs` for how one is made.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        Vec::new()
    }
}
