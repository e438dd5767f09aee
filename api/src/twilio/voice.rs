//! `POST /twilio/voice`: somebody of ours calls out from the browser.
//!
//! Nothing is recorded here yet: a recording needs a notice, and whose notice it is to give is the phone line's business.

use super::callback::{CallbackOutcome, CallContext, quarantine, record, resolve_tenant};
use super::{Signed, TwiML};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use domain::call::CallEvent;
use infra::twilio::callbacks::{Endpoint, Outbound};
use infra::twilio::twiml::{self, dial, hangup, number, say};

/// How long the other side rings, in seconds.
const RING_S: u32 = 30;

/// Somebody of ours calls out from the browser. Answered with a `<Dial>`.
#[utoipa::path(
    post, path = "/twilio/voice", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn voice(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    let outbound = match Outbound::understand(&signed.callback(Endpoint::Voice)) {
        Ok(outbound) => outbound,
        Err(reason) => {
            quarantine(&state, &signed, Endpoint::Voice, &reason).await?;
            return Ok(cannot("This number cannot be dialled."));
        }
    };
    let (call_id, key) = (
        outbound.call_id.0.clone(),
        signed.command_key(Endpoint::Voice, &outbound.key()),
    );
    // Not recorded at all rather than under the wrong tenant, where it would stay; and what is heard is no error.
    let tenant = match resolve_tenant(&state, &signed, Endpoint::Voice, &call_id).await {
        Ok(tenant) => tenant,
        Err(error) => {
            tracing::error!(%error, "nobody can say resolve_tenant the call from a browser is: it is not placed");
            return Ok(cannot("This call cannot be placed at the moment. Please try again."));
        }
    };
    let command = outbound.shown_as(None, state.config.twilio.phone_number.clone()).into();
    match record(&state, &signed, Endpoint::Voice, &call_id, command, key, tenant).await? {
        CallbackOutcome::Call(on_call) => answer(&state, &on_call).await,
        CallbackOutcome::Quarantined => Ok(cannot("This call cannot be placed.")),
    }
}

/// The orders that follow from what was recorded.
async fn answer(state: &AppState, on_call: &CallContext) -> Result<TwiML, ApiError> {
    let events = on_call.events(state).await?;
    let started = events.iter().find_map(|event| match event {
        CallEvent::CallStarted { to, number, .. } => Some((to.text()?.to_owned(), number.clone())),
        _ => None,
    });
    let Some((to, Some(shown))) = started else {
        return Ok(cannot("No number is set up for outgoing calls."));
    };
    let status = state
        .config
        .callback_url(&format!("/twilio/call-status?call_id={}", on_call.call_id));
    let callee = number(&to)
        .with("statusCallback", format!("{status}#rc=5&rp=all"))
        .with("statusCallbackEvent", "initiated ringing answered completed")
        .with("statusCallbackMethod", "POST");
    let dial = dial()
        .with("callerId", shown)
        .with("timeout", RING_S)
        .with("answerOnBridge", "true")
        // Tells the end also of a call that never became a leg: a wrong number, a blocked country.
        .with("action", &status)
        .with("method", "POST")
        .containing(callee);
    Ok(TwiML(twiml::Response::new().then(dial)))
}

fn cannot(words: &str) -> TwiML {
    TwiML(twiml::Response::new().then(say(words)).then(hangup()))
}
