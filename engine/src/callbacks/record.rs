//! Parses a callback, and records it on its call or quarantines it.

use super::{CallbackError, Received, tenant};
use crate::number_routing::DEFAULT_TENANT;
use crate::{Engine, agents};
use domain::agent::AgentSettings;
use domain::call::{Call, CallCommand, CallEvent};
use domain::quarantine::{Quarantine, QuarantineCommand};
use domain::{Personal, Tenant};
use infra::clock::new_id;
use infra::event_store::{Event, Metadata, Recorded, StoreError, StreamId};
use infra::ledger::{Executed, LedgerError, Outcome};
use infra::twilio::callbacks::{Endpoint, NotUnderstood, Understood, understand};
use sha2::{Digest as _, Sha256};

/// The result of handling a callback.
pub enum CallbackOutcome {
    /// It was recorded on a call's stream.
    Call(CallContext),
    /// It could not be parsed, or its call rejected it.
    Quarantined,
}

/// A callback that was recorded on a call's stream.
pub struct CallContext {
    pub call_id: String,
    pub command_key: String,
    pub executed: Executed<Call>,
}

/// Parses a callback and records it on its call, or quarantines it.
///
/// # Errors
/// When a database is unavailable: Twilio then sends the callback again.
pub async fn handle(
    engine: &Engine,
    received: &Received,
    endpoint: Endpoint,
) -> Result<CallbackOutcome, CallbackError> {
    match understand(&received.callback(endpoint)) {
        Ok(understood) => {
            let tenant = tenant::resolve(engine, received, endpoint, understood.call_id.as_str()).await?;
            record(engine, received, endpoint, understood, tenant).await
        }
        Err(reason) => quarantine(engine, received, endpoint, &reason).await,
    }
}

/// Executes the command of a callback on its call, which gets this tenant if it starts now. A callback that the call
/// rejects is quarantined.
///
/// # Errors
/// When the ledger is unavailable.
pub(super) async fn record(
    engine: &Engine,
    received: &Received,
    endpoint: Endpoint,
    callback: Understood,
    tenant: Tenant,
) -> Result<CallbackOutcome, CallbackError> {
    let call_id = callback.call_id.0;
    tracing::Span::current().record("call_id", &call_id);
    let command_key = received.command_key(endpoint, &callback.key);
    let metadata = received.metadata(endpoint, tenant.clone(), command_key.clone());
    let reason = match engine
        .ledger
        .execute::<Call>(&call_id, callback.command, metadata)
        .await
    {
        Ok(executed) => {
            if executed.outcome == Outcome::Unchanged {
                record_repetition(engine, received, endpoint, &call_id, &executed, &command_key).await?;
            }
            return Ok(CallbackOutcome::Call(CallContext {
                call_id,
                command_key,
                executed,
            }));
        }
        // The domain accepts everything that the provider reports; should it ever not, the callback is not lost.
        Err(LedgerError::Rejected(error)) => format!("rejected by the call: {error}"),
        // A newer version of the program wrote to this call. The callback can be reingested after an upgrade.
        Err(LedgerError::Store(StoreError::Unreadable(reason))) => format!("the call is unreadable: {reason}"),
        Err(error) => return Err(error.into()),
    };
    quarantine_raw(engine, received, endpoint, &reason, tenant).await
}

/// Records that a callback came that says nothing new, such as a status under another idempotency token: what is answered
/// 2xx is in the log.
async fn record_repetition(
    engine: &Engine,
    received: &Received,
    endpoint: Endpoint,
    call_id: &str,
    executed: &Executed<Call>,
    command_key: &str,
) -> Result<(), CallbackError> {
    let command = CallCommand::RecordRepetition {
        at: received.received_at,
        kind: endpoint.to_string(),
    };
    let metadata = received.metadata(endpoint, executed.tenant.clone(), command_key.to_owned());
    engine.ledger.execute::<Call>(call_id, command, metadata).await?;
    Ok(())
}

/// Quarantines a callback that could not be parsed, with all its parameters.
///
/// # Errors
/// When the ledger is unavailable.
pub(super) async fn quarantine(
    engine: &Engine,
    received: &Received,
    endpoint: Endpoint,
    reason: &NotUnderstood,
) -> Result<CallbackOutcome, CallbackError> {
    // Recording it under the default tenant is better than losing it.
    let tenant = tenant::of_local_party(engine, received).await.ok().flatten();
    let tenant = tenant.unwrap_or_else(|| DEFAULT_TENANT.into());
    quarantine_raw(engine, received, endpoint, &reason.to_string(), tenant).await
}

async fn quarantine_raw(
    engine: &Engine,
    received: &Received,
    endpoint: Endpoint,
    reason: &str,
    tenant: Tenant,
) -> Result<CallbackOutcome, CallbackError> {
    tracing::warn!(%endpoint, reason, "webhook quarantined");
    metrics::counter!("twilio_quarantined_total", "endpoint" => endpoint.as_str()).increment(1);
    let params = received.raw_params();
    let digest = Sha256::digest(serde_json::to_vec(&params).map_err(CallbackError::Parameters)?);
    let fallback = format!("quarantine:{endpoint}:{}", const_hex::encode(digest));
    let key = received.command_key(endpoint, &fallback);
    // The event contains the parameters; the metadata must not repeat them.
    let metadata = Metadata {
        params: None,
        ..received.metadata(endpoint, tenant, key)
    };
    let command = QuarantineCommand::Quarantine {
        at: received.received_at,
        endpoint: endpoint.to_string(),
        params: Personal::Known(params),
        reason: reason.to_owned(),
    };
    engine
        .ledger
        .execute::<Quarantine>(&new_id("quarantine"), command, metadata)
        .await?;
    Ok(CallbackOutcome::Quarantined)
}

impl CallContext {
    /// The events of this callback's first delivery, so that a repeated delivery gets the same response. If the
    /// callback was recorded under another key before (by a reingestion) and added nothing, all events of the call.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn events(&self, engine: &Engine) -> Result<Vec<CallEvent>, StoreError> {
        if self.executed.outcome == Outcome::Committed {
            return Ok(self.executed.events.clone());
        }
        let mut history = engine.ledger.history(&StreamId::call(&self.call_id)).await?;
        let is_report = |event: &Recorded| matches!(event.event, Event::Call(CallEvent::ProviderReported { .. }));
        let is_own =
            |event: &Recorded| event.metadata.command_key.as_deref() == Some(&self.command_key) && !is_report(event);
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

    /// The settings of the call's agent as of the start of the call, so that repeated callbacks get the same response.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn settings(&self, engine: &Engine) -> Result<AgentSettings, StoreError> {
        let Some(agent) = self.executed.state.agent() else {
            return Ok(AgentSettings::default());
        };
        let started_at = if let Some(position) = self.executed.first_position {
            position
        } else {
            let history = engine.ledger.history(&StreamId::call(&self.call_id)).await?;
            history.first().map_or(0, |event| event.position)
        };
        Ok(agents::at(&engine.ledger, agent.as_str(), started_at).await?.settings)
    }
}
