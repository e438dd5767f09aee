//! Turns a callback into a command on its call, and acknowledges it when the events are durable.

use super::Signed;
use super::signed::LocalParty;
use crate::error::ApiError;
use crate::state::AppState;
use domain::agent::AgentSettings;
use domain::call::{Call, CallCommand, CallEvent};
use domain::quarantine::{Quarantine, QuarantineCommand};
use domain::{Personal, Tenant};
use engine::agents;
use engine::number_routing::DEFAULT_TENANT;
use infra::clock::new_id;
use infra::event_store::{Event, Metadata, Recorded, StoreError, StreamId};
use infra::ledger::{Executed, LedgerError, Outcome};
use infra::twilio::callbacks::{Endpoint, NotUnderstood, understand};
use sha2::{Digest as _, Sha256};

/// The result of handling a callback.
pub enum CallbackOutcome {
    /// It was recorded on a call's stream.
    Call(CallContext),
    /// It could not be parsed and was quarantined.
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
/// When the ledger is unavailable: Twilio then retries.
pub async fn handle(state: &AppState, signed: &Signed, endpoint: Endpoint) -> Result<CallbackOutcome, ApiError> {
    match understand(&signed.callback(endpoint)) {
        Ok(understood) => {
            let key = signed.command_key(endpoint, &understood.key);
            let call_id = understood.call_id.0;
            let tenant = resolve_tenant(state, signed, endpoint, &call_id).await?;
            record(state, signed, endpoint, &call_id, understood.command, key, tenant).await
        }
        Err(reason) => quarantine(state, signed, endpoint, &reason).await,
    }
}

/// Determines the tenant of a callback's call.
///
/// The tenant of an existing call is that of its stream, whatever the callback contains: few callbacks contain a
/// number, and the ledger enforces the tenant of the first event anyway. While the call is in memory no database is
/// queried. For a call that starts with this callback the local party determines the tenant: the user who calls from a
/// browser, or our number.
///
/// `conference-status`, `recording-status` and `amd-status` callbacks do not contain our number. They follow from our
/// own TwiML and requests, which are sent only after the call's start is durable. Such a callback of an unknown call
/// therefore does not belong to a call that we started; retrying would not help, so it is recorded under the default
/// tenant.
///
/// # Errors
/// When the tenant cannot be determined now: Twilio then retries, because a call recorded under the wrong tenant stays
/// there. Not for endpoints where a caller waits for TwiML: they would hear the error.
pub async fn resolve_tenant(
    state: &AppState,
    signed: &Signed,
    endpoint: Endpoint,
    call_id: &str,
) -> Result<Tenant, ApiError> {
    if let Some(tenant) = state.ledger.cached_tenant::<Call>(call_id).await {
        return Ok(tenant);
    }
    let from_local_party = match tenant_of_local_party(state, signed).await {
        Ok(Some(tenant)) => return Ok(tenant),
        other => other,
    };
    match state.ledger.tenant::<Call>(call_id).await {
        Ok(Some(tenant)) => return Ok(tenant),
        // The command will fail in the same way and quarantine the callback.
        Ok(None) | Err(StoreError::Unreadable(_)) => {}
        Err(error) => return Err(error.into()),
    }
    match from_local_party {
        Err(error) if !is_caller_waiting(endpoint) => Err(error),
        _ => Ok(DEFAULT_TENANT.into()),
    }
}

/// Whether the response is TwiML that a caller waits for.
const fn is_caller_waiting(endpoint: Endpoint) -> bool {
    matches!(
        endpoint,
        Endpoint::AiRespond | Endpoint::Voicemail | Endpoint::VoicemailDone
    )
}

/// The tenant of a call that starts with this request. `None` if the request does not name the local party.
///
/// # Errors
/// When a database is unavailable.
async fn tenant_of_local_party(state: &AppState, signed: &Signed) -> Result<Option<Tenant>, ApiError> {
    match signed.local_party() {
        None => Ok(None),
        Some(LocalParty::Number(number)) => {
            let owner = state.number_routing.owner_of(&state.read.agents, number).await;
            let owner = owner.map_err(|error| ApiError::Unavailable(error.into()))?;
            Ok(Some(owner.tenant))
        }
        Some(LocalParty::Browser(user)) => {
            let user = state.accounts.user(user).await?;
            // Tokens are issued to users only, so an unknown identity is not ours.
            Ok(Some(
                user.map_or_else(|| DEFAULT_TENANT.into(), |user| user.tenant.into()),
            ))
        }
    }
}

/// Executes a command on a call, which gets this tenant if it starts now. A callback that the call rejects is
/// quarantined.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn record(
    state: &AppState,
    signed: &Signed,
    endpoint: Endpoint,
    call_id: &str,
    command: CallCommand,
    command_key: String,
    tenant: Tenant,
) -> Result<CallbackOutcome, ApiError> {
    tracing::Span::current().record("call_id", call_id);
    let metadata = signed.metadata(endpoint, tenant.clone(), command_key.clone());
    match state.ledger.execute::<Call>(call_id, command, metadata).await {
        Ok(executed) => Ok(CallbackOutcome::Call(CallContext {
            call_id: call_id.to_owned(),
            command_key,
            executed,
        })),
        // The domain accepts everything that the provider reports; should it ever not, the callback is not lost.
        Err(LedgerError::Rejected(error)) => {
            quarantine_raw(
                state,
                signed,
                endpoint,
                &format!("rejected by the call: {error}"),
                tenant,
            )
            .await
        }
        // A newer version of the program wrote to this call. The callback can be reingested after an upgrade.
        Err(LedgerError::Store(StoreError::Unreadable(reason))) => {
            quarantine_raw(
                state,
                signed,
                endpoint,
                &format!("the call is unreadable: {reason}"),
                tenant,
            )
            .await
        }
        Err(error) => Err(error.into()),
    }
}

/// Quarantines a callback that could not be parsed, with all its parameters.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn quarantine(
    state: &AppState,
    signed: &Signed,
    endpoint: Endpoint,
    reason: &NotUnderstood,
) -> Result<CallbackOutcome, ApiError> {
    // Recording it under the default tenant is better than losing it.
    let tenant = tenant_of_local_party(state, signed).await.ok().flatten();
    let tenant = tenant.unwrap_or_else(|| DEFAULT_TENANT.into());
    quarantine_raw(state, signed, endpoint, &reason.to_string(), tenant).await
}

async fn quarantine_raw(
    state: &AppState,
    signed: &Signed,
    endpoint: Endpoint,
    reason: &str,
    tenant: Tenant,
) -> Result<CallbackOutcome, ApiError> {
    tracing::warn!(%endpoint, reason, "webhook quarantined");
    metrics::counter!("twilio_quarantined_total", "endpoint" => endpoint.as_str()).increment(1);
    let params = signed.raw_params();
    let digest = Sha256::digest(serde_json::to_vec(&params).map_err(ApiError::internal)?);
    let key = signed.command_key(endpoint, &format!("quarantine:{endpoint}:{}", crate::web::hex(&digest)));
    // The event contains the parameters; the metadata must not repeat them.
    let metadata = Metadata {
        params: None,
        ..signed.metadata(endpoint, tenant, key)
    };
    let command = QuarantineCommand::Quarantine {
        at: signed.received_at,
        endpoint: endpoint.to_string(),
        params: Personal::Known(params),
        reason: reason.to_owned(),
    };
    state
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

    /// The settings of the call's agent as of the start of the call, so that repeated webhooks get the same response.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn settings(&self, state: &AppState) -> Result<AgentSettings, ApiError> {
        let Some(agent) = self.executed.state.agent() else {
            return Ok(AgentSettings::default());
        };
        let started_at = if let Some(position) = self.executed.first_position {
            position
        } else {
            let history = state.ledger.history(&StreamId::call(&self.call_id)).await?;
            history.first().map_or(0, |event| event.position)
        };
        Ok(agents::at(&state.ledger, agent.as_str(), started_at).await?.settings)
    }
}
