//! Which number a test call to an agent dials.

use crate::Engine;
use crate::agents::DEFAULT;
use crate::jobs::numbers::make_callable;
use domain::agent::Agent;
use infra::db::DbError;
use infra::twilio::rest::TwilioError;

/// Last three digits of the numbers reserved for fictional use, for a default agent without a number of its own:
/// <https://www.nanpa.com/numbering/555-line-numbers>.
const FICTIONAL_NUMBERS: std::ops::Range<u32> = 100..200;

/// Why an agent cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum TestCallError {
    #[error("the agent is archived and answers no calls")]
    Archived,
    #[error("the agent has no number: assign one first")]
    NoNumber,
    #[error("all numbers are assigned to other agents: assign one to this agent")]
    AllNumbersAssigned,
    #[error(transparent)]
    Numbers(#[from] DbError),
    #[error(transparent)]
    Telephony(#[from] TwilioError),
}

/// A number that this agent answers, with its webhooks set at the telephone network.
///
/// # Errors
/// When the agent answers no number, the numbers cannot be read, or the telephone network does not answer.
pub async fn callable_number(engine: &Engine, agent_id: &str, agent: &Agent) -> Result<String, TestCallError> {
    if agent.archived {
        return Err(TestCallError::Archived);
    }
    let number = number_of(engine, agent_id, agent).await?;
    make_callable(engine, &number).await?;
    // The routing of the number may have changed since it was cached.
    engine.number_routing.invalidate();
    Ok(number)
}

/// A number of the agent; for the default agent, any unassigned number.
async fn number_of(engine: &Engine, agent_id: &str, agent: &Agent) -> Result<String, TestCallError> {
    if let Some(number) = agent.numbers.iter().next() {
        return Ok(number.clone());
    }
    if agent_id != DEFAULT {
        return Err(TestCallError::NoNumber);
    }
    let assigned = engine.read.agents.all_numbers().await?;
    let configured = engine.config.twilio.inbound_phone_number.clone();
    configured
        .into_iter()
        .chain(FICTIONAL_NUMBERS.map(|line| format!("+15045550{line}")))
        .find(|number| !assigned.contains(number))
        .ok_or(TestCallError::AllNumbersAssigned)
}
