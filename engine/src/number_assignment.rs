//! Assigns a number to an agent. A number belongs to one agent, a rule that spans agents: the number is first unassigned
//! from its current agent, then assigned to the new one. If the process is killed in between, the default agent answers
//! the number, and the request can be repeated.

use crate::Engine;
use crate::number_ownership::{ClaimError, claim};
use domain::agent::{Agent, AgentCommand, AgentError};
use infra::db::DbError;
use infra::event_store::{Metadata, Position};
use infra::ledger::LedgerError;

/// Why a number was not assigned.
#[derive(Debug, thiserror::Error)]
pub enum AssignmentError {
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error(transparent)]
    Numbers(#[from] DbError),
    #[error(transparent)]
    Ledger(#[from] LedgerError<AgentError>),
}

/// Assigns the number to this agent of the tenant, or with `None` to no agent. `metadata` gives the metadata of each
/// command by its number, from 0, with a command key of its own. Returns the position of the last event.
///
/// # Errors
/// When the number belongs to another tenant, an agent rejects it, or a database is unavailable.
pub async fn assign(
    engine: &Engine,
    tenant: &str,
    number: &str,
    agent: Option<&str>,
    by: &str,
    metadata: impl Fn(usize) -> Metadata,
) -> Result<Position, AssignmentError> {
    let at = engine.clock.now();
    let request = metadata(0);
    let was_done = match &request.command_key {
        Some(key) => {
            let fingerprint = request.fingerprint.as_deref();
            let known = engine.ledger.executed_before(key, fingerprint).await;
            known.map_err(LedgerError::<AgentError>::Store)?
        }
        None => None,
    };
    let mut position = match was_done {
        Some(position) => position,
        None => claim(engine, tenant, number, &request).await?,
    };
    let rows = engine.read.agents.numbers(tenant).await?;
    let others = rows
        .into_iter()
        .filter(|row| row.number == number && Some(row.agent_id.as_str()) != agent);
    for (index, row) in others.enumerate() {
        let command = AgentCommand::UnassignNumber {
            at,
            number: number.to_owned(),
            by: by.to_owned(),
        };
        let executed = engine
            .ledger
            .execute::<Agent>(&row.agent_id, command, metadata(index + 1));
        position = executed.await?.position;
        // Also if what follows fails.
        engine.number_routing.invalidate();
    }
    if let Some(agent) = agent {
        let command = AgentCommand::AssignNumber {
            at,
            number: number.to_owned(),
            by: by.to_owned(),
        };
        let executed = engine.ledger.execute::<Agent>(agent, command, metadata(0)).await?;
        position = executed.position;
        engine.number_routing.invalidate();
    }
    Ok(position)
}
