//! `POST /twilio/voice`: a user calls out from the browser.
//!
//! The call is not recorded: a recording needs a notice, and the notice for outbound calls is decided elsewhere.

use super::callback::{CallContext, CallbackOutcome, quarantine, record, resolve_tenant};
use super::{Signed, TwiML};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use domain::call::CallEvent;
use infra::twilio::callbacks::{Endpoint, Outbound};
use infra::twilio::twiml::{self, dial, hangup, number, say};

/// Ring time of the callee, in seconds.
const RING_TIMEOUT_S: u32 = 30;

/// A user calls out from the browser. The response is TwiML with a `<Dial>`.
#[utoipa::path(
    post, path = "/twilio/voice", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn voice(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    let outbound = match Outbound::understand(&signed.callback(Endpoint::Voice)) {
        Ok(outbound) => outbound,
        Err(reason) => {
            quarantine(&state, &signed, Endpoint::Voice, &reason).await?;
            return Ok(refusal("This number cannot be dialled."));
        }
    };
    let (call_id, key) = (
        outbound.call_id.0.clone(),
        signed.command_key(Endpoint::Voice, &outbound.key()),
    );
    // A call whose tenant is unknown is not placed: it would stay under the wrong tenant. The user hears a message, not
    // an error.
    let tenant = match resolve_tenant(&state, &signed, Endpoint::Voice, &call_id).await {
        Ok(tenant) => tenant,
        Err(error) => {
            tracing::error!(%error, "browser call refused: tenant unknown");
            return Ok(refusal("This call cannot be placed at the moment. Please try again."));
        }
    };
    let command = outbound.shown_as(None, state.config.twilio.phone_number.clone()).into();
    match record(&state, &signed, Endpoint::Voice, &call_id, command, key, tenant).await? {
        CallbackOutcome::Call(context) => answer(&state, &context).await,
        CallbackOutcome::Quarantined => Ok(refusal("This call cannot be placed.")),
    }
}

/// Builds the TwiML from the recorded events.
async fn answer(state: &AppState, context: &CallContext) -> Result<TwiML, ApiError> {
    let events = context.events(state).await?;
    let started = events.iter().find_map(|event| match event {
        CallEvent::CallStarted { to, number, .. } => Some((to.text()?.to_owned(), number.clone())),
        _ => None,
    });
    let Some((to, Some(caller_id))) = started else {
        return Ok(refusal("No number is set up for outgoing calls."));
    };
    let status = state
        .config
        .callback_url(&format!("/twilio/call-status?call_id={}", context.call_id));
    let callee = number(&to)
        .with("statusCallback", format!("{status}#rc=5&rp=all"))
        .with("statusCallbackEvent", "initiated ringing answered completed")
        .with("statusCallbackMethod", "POST");
    let dial = dial()
        .with("callerId", caller_id)
        .with("timeout", RING_TIMEOUT_S)
        .with("answerOnBridge", "true")
        // Also reports the end of a call without a leg: an invalid number, a blocked country.
        .with("action", &status)
        .with("method", "POST")
        .containing(callee);
    Ok(TwiML(twiml::Response::new().then(dial)))
}

fn refusal(words: &str) -> TwiML {
    TwiML(twiml::Response::new().then(say(words)).then(hangup()))
}
