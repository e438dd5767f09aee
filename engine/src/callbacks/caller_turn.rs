//! `ai-respond`: the result of a `<Gather>`: the caller's words or keys, or silence; and the AI's turn that answers it.

use super::record::{quarantine, record};
use super::{CallbackError, CallbackOutcome, Received, tenant};
use crate::dialogue::{TurnInput, TurnOutcome, recorded_utterance, respond};
use crate::{Engine, SharedEngine};
use domain::call::Call;
use domain::{Tenant, Timestamp};
use infra::event_store::StoreError;
use infra::twilio::callbacks::{Endpoint, Gathered, Understood};

/// Query parameter of a callback that follows a wait for a redirect to the conference.
pub const AWAITED: &str = "awaited";
/// Query parameter of a callback that follows words with which the caller was asked to wait for the answer: how often they
/// were.
pub const WAITS: &str = "waits";
/// Maximum number of times: after that the model has failed.
const MAX_WAITS: u32 = 10;

/// The caller's turn, and what the caller gets.
pub struct AnsweredTurn {
    pub call_id: String,
    /// Number of the caller's turn, from 1.
    pub turn: u32,
    pub outcome: TurnOutcome,
}

/// Handles the callback. A repeated one gets the same answer, and no model is asked again. `None` if the callback was
/// quarantined, or if its call does not exist or cannot be read.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn handle(engine: &SharedEngine, received: &Received) -> Result<Option<AnsweredTurn>, CallbackError> {
    let gathered = match Gathered::understand(&received.callback(Endpoint::AiRespond)) {
        Ok(gathered) => gathered,
        Err(reason) => {
            quarantine(engine, received, Endpoint::AiRespond, &reason).await?;
            return Ok(None);
        }
    };
    let input = if received.query.get(AWAITED).is_some() || waits(received) > 0 {
        answered_again(engine, received, &gathered).await?
    } else {
        recorded(engine, received, &gathered).await?
    };
    let Some(input) = input else {
        return Ok(None);
    };
    let outcome = respond(engine, input).await?;
    Ok(Some(AnsweredTurn {
        call_id: gathered.call_id.0,
        turn: gathered.turn,
        outcome,
    }))
}

/// The caller's turn, which is durable before the model is called. `None` if it was quarantined.
async fn recorded(
    engine: &Engine,
    received: &Received,
    gathered: &Gathered,
) -> Result<Option<TurnInput>, CallbackError> {
    let call_id = gathered.call_id.as_str();
    let tenant = tenant::resolve(engine, received, Endpoint::AiRespond, call_id).await?;
    let callback = Understood {
        call_id: gathered.call_id.clone(),
        key: gathered.key(),
        command: gathered.command.clone(),
    };
    let outcome = record(engine, received, Endpoint::AiRespond, callback, tenant).await?;
    let CallbackOutcome::Call(context) = outcome else {
        return Ok(None);
    };
    let executed = context.executed;
    Ok(Some(TurnInput {
        call_id: call_id.to_owned(),
        turn: gathered.turn,
        at: gathered.at,
        utterance: gathered.utterance.clone(),
        agent: executed.state.agent().cloned(),
        available_users: available_users(engine, &executed.tenant, gathered.at),
        tenant: executed.tenant,
        correlation_id: received.request_id.clone(),
        causation: executed.position,
        has_awaited: false,
        waits: 0,
    }))
}

/// The turn before the caller waited for a redirect. This callback says nothing new, so nothing is recorded. `None` if
/// the call does not exist or cannot be read.
async fn answered_again(
    engine: &Engine,
    received: &Received,
    gathered: &Gathered,
) -> Result<Option<TurnInput>, CallbackError> {
    let call_id = gathered.call_id.as_str();
    let call = match engine.ledger.state::<Call>(call_id).await {
        Ok(Some((call, _))) => call,
        Ok(None) | Err(StoreError::Unreadable(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let tenant = tenant::resolve(engine, received, Endpoint::AiRespond, call_id).await?;
    let (utterance, causation) = recorded_utterance(&engine.ledger, call_id, gathered.turn).await?;
    Ok(Some(TurnInput {
        call_id: call_id.to_owned(),
        turn: gathered.turn,
        at: gathered.at,
        utterance,
        agent: call.agent().cloned(),
        available_users: available_users(engine, &tenant, gathered.at),
        tenant,
        correlation_id: received.request_id.clone(),
        causation,
        has_awaited: received.query.get(AWAITED).is_some(),
        waits: waits(received),
    }))
}

/// How often the caller was asked to wait.
fn waits(received: &Received) -> u32 {
    let waits = received.query.get(WAITS).and_then(|waits| waits.parse().ok());
    waits.unwrap_or(0).min(MAX_WAITS)
}

fn available_users(engine: &Engine, tenant: &Tenant, at: Timestamp) -> Vec<String> {
    let may_take_over = |role| engine.interfaces.may_handle_calls(role);
    engine.presence.available(tenant.as_str(), at, may_take_over)
}
