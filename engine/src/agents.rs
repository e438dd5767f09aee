//! Agents as the engine reads them, from their own streams, and the default agent.

use domain::Timestamp;
use domain::agent::{Agent, AgentCommand, AgentError, AgentSettings};
use infra::event_store::{Actor, Event, Metadata, Position, Recorded, StoreError, StreamId};
use infra::ledger::{Ledger, LedgerError};

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

/// Creates the default agent at the first start.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn create_default(ledger: &Ledger, at: Timestamp) -> Result<(), LedgerError<AgentError>> {
    let settings = AgentSettings {
        name: Some("Front desk".to_owned()),
        prompt: Some("You answer the telephone for a small business. Be brief, warm and honest.".to_owned()),
        greeting: Some("Hello, and thank you for calling.".to_owned()),
        language: Some("en-US".to_owned()),
        ..AgentSettings::default()
    };
    let command = AgentCommand::Create {
        at,
        settings,
        by: "process:setup".to_owned(),
    };
    let metadata =
        Metadata::new("default", Actor::Process("setup".to_owned()), "setup").with_key("setup:default-agent");
    match ledger.execute::<Agent>(DEFAULT, command, metadata).await {
        Ok(_) | Err(LedgerError::Rejected(AgentError::AlreadyExists)) => Ok(()),
        Err(error) => Err(error),
    }
}
