//! `voice`: a user calls out from the browser.
//!
//! The call is not recorded: a recording needs a notice, and the notice for outbound calls is decided elsewhere.

use super::record::{quarantine, record};
use super::{CallContext, CallbackError, CallbackOutcome, Received, tenant};
use crate::Engine;
use domain::call::CallEvent;
use infra::event_store::StoreError;
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
        CallbackOutcome::Call(context) => Ok(outcome(engine, context).await?),
        CallbackOutcome::Quarantined => Ok(OutboundOutcome::Refused(Refusal::Rejected)),
    }
}

/// The outcome, from the recorded events.
async fn outcome(engine: &Engine, context: CallContext) -> Result<OutboundOutcome, StoreError> {
    let events = context.events(engine).await?;
    let started = events.into_iter().find_map(|event| match event {
        CallEvent::CallStarted { to, number, .. } => Some((to.text()?.to_owned(), number)),
        _ => None,
    });
    Ok(match started {
        Some((to, Some(caller_id))) => OutboundOutcome::Dial {
            call_id: context.call_id,
            to,
            caller_id,
        },
        _ => OutboundOutcome::Refused(Refusal::NoNumber),
    })
}
