//! `voice`: a user calls out from the browser.
//!
//! The call is not recorded: a recording needs a notice, and the notice for outbound calls is decided elsewhere.

use super::record::{quarantine, record};
use super::{CallContext, CallbackError, CallbackOutcome, Received, tenant};
use crate::Engine;
use crate::suppression::{self, is_suppressed};
use domain::call::value::{EndedBy, Outcome};
use domain::call::{Call, CallCommand, CallEvent};
use infra::event_store::Metadata;
use infra::twilio::callbacks::{Endpoint, Outbound, Understood};

/// What the user gets.
pub enum OutboundOutcome {
    /// The callee is dialed.
    Dial {
        call_id: String,
        /// E.164.
        to: String,
        /// The number that the callee sees, E.164.
        caller_id: String,
    },
    Refused(Refusal),
    /// The call is over.
    HangUp,
}

/// Why a call is not placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The callback could not be parsed: usually its number cannot be dialed.
    NotUnderstood,
    /// A database is unavailable. The call would stay under the wrong tenant.
    TenantUnknown,
    /// The call rejected the callback, which was quarantined.
    Rejected,
    /// The service stops.
    Stopping,
    /// The number is on the suppression list.
    Suppressed,
    /// No number is configured for outgoing calls, or the number to dial was erased.
    NoNumber,
}

/// Handles the callback.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn handle(engine: &Engine, received: &Received) -> Result<OutboundOutcome, CallbackError> {
    if !engine.takes_calls() {
        return Ok(OutboundOutcome::Refused(Refusal::Stopping));
    }
    let outbound = match Outbound::understand(&received.callback(Endpoint::Voice)) {
        Ok(outbound) => outbound,
        Err(reason) => {
            quarantine(engine, received, Endpoint::Voice, &reason).await?;
            return Ok(OutboundOutcome::Refused(Refusal::NotUnderstood));
        }
    };
    // The user hears a message, not an error.
    let tenant = match tenant::resolve(engine, received, Endpoint::Voice, outbound.call_id.as_str()).await {
        Ok(tenant) => tenant,
        Err(error) => {
            tracing::error!(%error, "browser call refused: tenant unknown");
            return Ok(OutboundOutcome::Refused(Refusal::TenantUnknown));
        }
    };
    let callback = Understood {
        call_id: outbound.call_id.clone(),
        key: outbound.key(),
        command: outbound
            .shown_as(None, engine.config.twilio.phone_number.clone())
            .into(),
    };
    match record(engine, received, Endpoint::Voice, callback, tenant).await? {
        CallbackOutcome::Call(context) => outcome(engine, received, context).await,
        CallbackOutcome::Quarantined => Ok(OutboundOutcome::Refused(Refusal::Rejected)),
    }
}

/// The outcome, from the recorded events.
async fn outcome(engine: &Engine, received: &Received, context: CallContext) -> Result<OutboundOutcome, CallbackError> {
    let events = context.events(engine).await?;
    let started = events.into_iter().find_map(|event| match event {
        CallEvent::CallStarted { to, number, .. } => Some((to.text()?.to_owned(), number)),
        _ => None,
    });
    if let Some((to, _)) = &started
        && is_suppressed(engine, context.executed.tenant.as_str(), to).await?
    {
        refuse(engine, received, &context).await?;
        return Ok(OutboundOutcome::Refused(Refusal::Suppressed));
    }
    if context.executed.state.is_over() {
        return Ok(OutboundOutcome::HangUp);
    }
    Ok(match started {
        Some((to, Some(caller_id))) => OutboundOutcome::Dial {
            call_id: context.call_id,
            to,
            caller_id,
        },
        _ => OutboundOutcome::Refused(Refusal::NoNumber),
    })
}

/// Ends the call, whose number is suppressed.
async fn refuse(engine: &Engine, received: &Received, context: &CallContext) -> Result<(), CallbackError> {
    let key = format!("{}:refused", context.command_key);
    let metadata = Metadata {
        params: None,
        ..received.metadata(Endpoint::Voice, context.executed.tenant.clone(), key)
    };
    let command = CallCommand::EndCall {
        at: engine.clock.now(),
        outcome: Some(Outcome::Failed),
        ended_by: EndedBy::Policy,
        duration_s: None,
        reason: Some(suppression::REFUSAL.to_owned()),
    };
    engine
        .ledger
        .execute::<Call>(&context.call_id, command, metadata)
        .await?;
    Ok(())
}
