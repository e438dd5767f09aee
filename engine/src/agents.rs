//! Agents as the engine reads them: from their own streams.

use domain::agent::Agent;
use infra::event_store::{Event, Position, Recorded, StoreError, StreamId};
use infra::ledger::Ledger;

/// ID of the default agent, which answers all unassigned numbers. It is created at the first start.
pub const DEFAULT: &str = "default";

/// The agent after these events.
#[must_use]
pub fn fold(history: &[Recorded]) -> Agent {
    let mut agent = Agent::default();
    for recorded in history {
        if let Event::Agent(event) = &recorded.event {
            agent.apply(event);
        }
    }
    agent
}

/// An agent as of a log position, so that a repeated webhook gets the same answer.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn at(ledger: &Ledger, agent_id: &str, position: Position) -> Result<Agent, StoreError> {
    match ledger.state::<Agent>(agent_id).await? {
        None => return Ok(Agent::default()),
        Some((now, last)) if last <= position => return Ok((*now).clone()),
        Some(_) => {}
    }
    let mut history = ledger.history(&StreamId::agent(agent_id)).await?;
    history.retain(|event| event.position <= position);
    Ok(fold(&history))
}
