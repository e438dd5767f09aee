//! What is merely heard: a callback becomes a command, and is answered when its events are durable.

use super::Signed;
use super::signed::LocalParty;
use crate::number_routing::DEFAULT_TENANT;
use crate::error::ApiError;
use crate::state::AppState;
use domain::agent::AgentSettings;
use domain::call::{Call, CallCommand, CallEvent};
use domain::quarantine::{Quarantine, QuarantineCommand};
use domain::{Personal, Tenant};
use infra::clock::new_id;
use infra::event_store::{Event, Metadata, Recorded, StoreError, StreamId};
use infra::ledger::{Executed, LedgerError, Outcome};
use infra::twilio::callbacks::{Endpoint, NotUnderstood, understand};
use sha2::{Digest as _, Sha256};

/// What became of a callback.
pub enum CallbackOutcome {
    /// It is on a call's stream.
    Call(CallContext),
    /// It could not be understood, and is kept whole.
    Quarantined,
}

/// A callback that is on a call's stream.
pub struct CallContext {
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

/// Whose call it is.
///
/// A call that exists is its stream's, whatever a callback names: few name a number, and the ledger keeps to the tenant of
/// the first event besides. While the call is in memory that costs no database anything. For a call that begins with this
/// callback our end tells: the user who calls from a browser, or the number that is called or shown.
///
/// Of a call that nobody told us of, and of which the callback does not say which number of ours it has
/// (`conference-status`, `recording-status`, `amd-status`), nothing can be found out by waiting. They follow from orders of
/// ours, which are given when the call's beginning is durable: so what comes here is no call that we began, and it is
/// kept with the operator's own rather than lost.
///
/// # Errors
/// When that cannot be found out at the moment: Twilio is told to come again, for a call that is filed under the wrong
/// tenant stays there. Not where a caller waits for orders: they would hear the error.
pub async fn resolve_tenant(state: &AppState, signed: &Signed, endpoint: Endpoint, call_id: &str) -> Result<Tenant, ApiError> {
    if let Some(tenant) = state.ledger.remembered_tenant::<Call>(call_id).await {
        return Ok(tenant);
    }
    let begins = match tenant_of_local_party(state, signed).await {
        Ok(Some(tenant)) => return Ok(tenant),
        otherwise => otherwise,
    };
    match state.ledger.tenant::<Call>(call_id).await {
        Ok(Some(tenant)) => return Ok(tenant),
        // Whoever gives it the command finds the same, and keeps the callback whole.
        Ok(None) | Err(StoreError::Unreadable(_)) => {}
        Err(error) => return Err(error.into()),
    }
    match begins {
        Err(error) if !is_caller_waiting(endpoint) => Err(error),
        _ => Ok(DEFAULT_TENANT.into()),
    }
}

/// Whether a caller hears what the callback is answered with.
const fn is_caller_waiting(endpoint: Endpoint) -> bool {
    matches!(
        endpoint,
        Endpoint::AiRespond | Endpoint::Voicemail | Endpoint::VoicemailDone
    )
}

/// Whose a call is that begins with this request. `None`: it does not name our end.
///
/// # Errors
/// When a database cannot say.
async fn tenant_of_local_party(state: &AppState, signed: &Signed) -> Result<Option<Tenant>, ApiError> {
    match signed.local_party() {
        None => Ok(None),
        Some(LocalParty::Number(number)) => {
            let answers = state.number_routing.of_number(state, number).await;
            let answers = answers.map_err(|error| ApiError::Unavailable(error.into()))?;
            Ok(Some(answers.tenant))
        }
        Some(LocalParty::Browser(user)) => {
            let user = state.accounts.user(user).await?;
            // Nobody of ours has another name: tokens are made for users alone.
            Ok(Some(
                user.map_or_else(|| DEFAULT_TENANT.into(), |user| user.tenant.into()),
            ))
        }
    }
}

/// Gives a command to a call, which is this tenant's if it begins now.
///
/// # Errors
/// When the ledger cannot be written.
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
        // The domain refuses nothing that the provider tells; should it ever, the callback is not lost.
        Err(LedgerError::Rejected(error)) => {
            quarantine_raw(
                state,
                signed,
                endpoint,
                &format!("the call refused it: {error}"),
                tenant,
            )
            .await
        }
        // A later version of the program wrote to this call. It can be read in again once this one is as new.
        Err(LedgerError::Store(StoreError::Unreadable(reason))) => {
            quarantine_raw(
                state,
                signed,
                endpoint,
                &format!("the call cannot be read: {reason}"),
                tenant,
            )
            .await
        }
        Err(error) => Err(error.into()),
    }
}

/// Keeps a callback that could not be understood.
///
/// # Errors
/// When the ledger cannot be written.
pub async fn quarantine(
    state: &AppState,
    signed: &Signed,
    endpoint: Endpoint,
    reason: &NotUnderstood,
) -> Result<CallbackOutcome, ApiError> {
    // Better with the operator's own than not kept.
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
    tracing::warn!(%endpoint, reason, "a callback could not be understood and is kept whole");
    metrics::counter!("twilio_quarantined_total", "endpoint" => endpoint.as_str()).increment(1);
    let params = signed.kept();
    let digest = Sha256::digest(serde_json::to_vec(&params).map_err(ApiError::internal)?);
    let key = signed.command_key(endpoint, &format!("quarantine:{endpoint}:{}", crate::web::hex(&digest)));
    // The parameters are the event's own; in the metadata they would stand twice.
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
        Ok(state.number_routing.agent_then(state, agent.as_str(), began).await?.settings)
    }
}
