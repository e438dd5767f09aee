//! The tenant of a callback.

use super::{CallbackError, Received};
use crate::Engine;
use crate::number_routing::DEFAULT_TENANT;
use domain::Tenant;
use domain::call::Call;
use infra::event_store::StoreError;
use infra::twilio::callbacks::Endpoint;
use infra::twilio::form::Form;

/// Our side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LocalParty<'a> {
    /// E.164.
    Number(&'a str),
    /// Browser client; the ID of the user.
    Browser(&'a str),
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
pub(super) async fn resolve(
    engine: &Engine,
    received: &Received,
    endpoint: Endpoint,
    call_id: &str,
) -> Result<Tenant, CallbackError> {
    if let Some(tenant) = engine.ledger.cached_tenant::<Call>(call_id).await {
        return Ok(tenant);
    }
    let from_local_party = match of_local_party(engine, received).await {
        Ok(Some(tenant)) => return Ok(tenant),
        other => other,
    };
    match engine.ledger.tenant::<Call>(call_id).await {
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

/// The tenant of a call that starts with this callback. `None` if the callback does not name the local party.
///
/// # Errors
/// When a database is unavailable.
pub(super) async fn of_local_party(engine: &Engine, received: &Received) -> Result<Option<Tenant>, CallbackError> {
    match local_party(&received.form) {
        None => Ok(None),
        Some(LocalParty::Number(number)) => {
            let owner = engine.number_routing.owner_of(&engine.read.agents, number).await?;
            Ok(Some(owner.tenant))
        }
        Some(LocalParty::Browser(user)) => {
            let user = engine.accounts.user(user).await?;
            // Tokens are issued to users only, so an unknown identity is not ours.
            Ok(Some(
                user.map_or_else(|| DEFAULT_TENANT.into(), |user| user.tenant.into()),
            ))
        }
    }
}

/// Our side of the call, if the callback names it. Twilio reports a call from a browser as inbound as well, and its `To` is
/// the dialed number, which is not ours.
fn local_party(form: &Form) -> Option<LocalParty<'_>> {
    let from = form.get("From");
    if let Some(user) = from.and_then(|from| from.strip_prefix("client:")) {
        return Some(LocalParty::Browser(user));
    }
    match form.get("Direction") {
        Some("inbound") => form.get("To"),
        Some("outbound-api" | "outbound-dial") => from,
        _ => None,
    }
    .filter(|number| number.starts_with('+'))
    .map(LocalParty::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_party_is_our_number_or_the_user_of_a_browser() {
        let form = |text: &str| Form::parse(text.as_bytes());
        let ours = Some(LocalParty::Number("+15045550100"));
        let inbound = form("From=%2B15045550123&To=%2B15045550100&Direction=inbound");
        assert_eq!(local_party(&inbound), ours);
        let outbound = form("From=%2B15045550100&To=%2B15045550123&Direction=outbound-dial");
        assert_eq!(local_party(&outbound), ours);
        let browser = form("From=client%3Auser_1&To=%2B15045550123&Direction=inbound");
        assert_eq!(local_party(&browser), Some(LocalParty::Browser("user_1")));
        assert_eq!(local_party(&form("CallSid=CA1")), None);
    }
}
