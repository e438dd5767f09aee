//! What is merely heard: a callback becomes a command, and is answered when its events are durable.

use super::Signed;
use crate::error::ApiError;
use crate::state::AppState;
use domain::Personal;
use domain::agent::AgentSettings;
use domain::call::{Call, CallCommand, CallEvent};
use domain::unrouted::{Unrouted, UnroutedCommand};
use infra::clock::new_id;
use infra::event_store::{Event, Metadata, Recorded, StoreError, StreamId};
use infra::ledger::{Executed, LedgerError, Outcome};
use infra::twilio::callbacks::{Endpoint, NotUnderstood, understand};
use sha2::{Digest as _, Sha256};

/// What became of a callback.
pub enum Heard {
    /// It is on a call's stream.
    Call(OnCall),
    /// It could not be understood, and is kept whole.
    Unrouted,
}

/// A callback that is on a call's stream.
pub struct OnCall {
    /// The call.
    pub call_id: String,
    /// What makes the callback idempotent.
    pub command_key: String,
    /// What it led to.
    pub executed: Executed<Call>,
}

/// Understands a callback and gives it to its call.
///
/// # Errors
/// When the ledger cannot be written: then Twilio is told to come again.
pub async fn hear(state: &AppState, signed: &Signed, endpoint: Endpoint) -> Result<Heard, ApiError> {
    match understand(&signed.callback(endpoint)) {
        Ok(understood) => {
            let key = signed.command_key(endpoint, &understood.key);
            tell(state, signed, endpoint, &understood.call_id.0, understood.command, key).await
        }
        Err(reason) => keep(state, signed, endpoint, &reason).await,
    }
}

/// Gives a command to a call.
///
/// # Errors
/// When the ledger cannot be written.
pub async fn tell(
    state: &AppState,
    signed: &Signed,
    endpoint: Endpoint,
    call_id: &str,
    command: CallCommand,
    command_key: String,
) -> Result<Heard, ApiError> {
    tracing::Span::current().record("call_id", call_id);
    let tenant = state.directory.tenant_of(state, signed.own_number()).await;
    let metadata = signed.metadata(endpoint, tenant, command_key.clone());
    match state.ledger.execute::<Call>(call_id, command, metadata).await {
        Ok(executed) => Ok(Heard::Call(OnCall {
            call_id: call_id.to_owned(),
            command_key,
            executed,
        })),
        // The domain refuses nothing that the provider tells; should it ever, the callback is not lost.
        Err(LedgerError::Rejected(error)) => {
            keep_whole(state, signed, endpoint, &format!("the call refused it: {error}")).await
        }
        // A later version of the program wrote to this call. It can be read in again once this one is as new.
        Err(LedgerError::Store(StoreError::Unreadable(reason))) => {
            keep_whole(state, signed, endpoint, &format!("the call cannot be read: {reason}")).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Keeps a callback that could not be understood.
///
/// # Errors
/// When the ledger cannot be written.
pub async fn keep(
    state: &AppState,
    signed: &Signed,
    endpoint: Endpoint,
    reason: &NotUnderstood,
) -> Result<Heard, ApiError> {
    keep_whole(state, signed, endpoint, &reason.to_string()).await
}

async fn keep_whole(state: &AppState, signed: &Signed, endpoint: Endpoint, reason: &str) -> Result<Heard, ApiError> {
    tracing::warn!(%endpoint, reason, "a callback could not be understood and is kept whole");
    metrics::counter!("twilio_unrouted_total", "endpoint" => endpoint.as_str()).increment(1);
    let params = signed.kept();
    let digest = Sha256::digest(serde_json::to_vec(&params).map_err(ApiError::internal)?);
    let key = signed.command_key(endpoint, &format!("unrouted:{endpoint}:{}", crate::web::hex(&digest)));
    let tenant = state.directory.tenant_of(state, signed.own_number()).await;
    // The parameters are the event's own; in the metadata they would stand twice.
    let metadata = Metadata {
        params: None,
        ..signed.metadata(endpoint, tenant, key)
    };
    let command = UnroutedCommand::Keep {
        at: signed.heard_at,
        endpoint: endpoint.to_string(),
        params: Personal::Known(params),
        reason: reason.to_owned(),
    };
    state
        .ledger
        .execute::<Unrouted>(&new_id("unrouted"), command, metadata)
        .await?;
    Ok(Heard::Unrouted)
}

impl OnCall {
    /// What this callback led to, when it came first: what a repeated one is answered from. Of a callback that was
    /// understood anew under another key and said nothing new, all that is known of the call.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn events(&self, state: &AppState) -> Result<Vec<CallEvent>, ApiError> {
        if self.executed.outcome == Outcome::Committed {
            return Ok(self.executed.events.clone());
        }
        let mut history = state.ledger.history(&StreamId::call(&self.call_id)).await?;
        let is_own = |event: &Recorded| event.metadata.command_key.as_deref() == Some(&self.command_key);
        if history.iter().any(is_own) {
            history.retain(is_own);
        }
        Ok(history
            .into_iter()
            .filter_map(|recorded| match recorded.event {
                Event::Call(event) => Some(event),
                _ => None,
            })
            .collect())
    }

    /// The settings of the agent that answers, as they were when the call began: the same, however often and whenever
    /// somebody asks.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn settings(&self, state: &AppState) -> Result<AgentSettings, ApiError> {
        let Some(agent) = self.executed.state.agent() else {
            return Ok(AgentSettings::default());
        };
        let began = if let Some(began) = self.executed.began {
            began
        } else {
            let history = state.ledger.history(&StreamId::call(&self.call_id)).await?;
            history.first().map_or(0, |event| event.position)
        };
        Ok(state.directory.agent_then(state, agent.as_str(), began).await?.settings)
    }
}
