//! `POST /twilio/voice`: a user calls out from the browser.

use super::{Signed, TwiML};
use crate::error::ApiError;
use axum::extract::State;
use engine::SharedEngine;
use engine::callbacks::outbound::{self, OutboundOutcome, Refusal};
use infra::config::Config;
use infra::twilio::twiml::{Response, dial, hangup, number, say};

/// Ring time of the callee, in seconds.
const RING_TIMEOUT_S: u32 = 30;

/// A user calls out from the browser. The response is TwiML with a `<Dial>`.
#[utoipa::path(
    post, path = "/twilio/voice", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn voice(State(engine): State<SharedEngine>, Signed(received): Signed) -> Result<TwiML, ApiError> {
    Ok(TwiML(match outbound::handle(&engine, &received).await? {
        OutboundOutcome::Dial { call_id, to, caller_id } => dial_callee(&engine.config, &call_id, &to, caller_id),
        OutboundOutcome::HangUp => Response::new().then(hangup()),
        OutboundOutcome::Refused(refusal) => Response::new().then(say(words(refusal))).then(hangup()),
    }))
}

fn dial_callee(config: &Config, call_id: &str, to: &str, caller_id: String) -> Response {
    let status = config.callback_url(&format!("/twilio/call-status?call_id={call_id}"));
    let callee = number(to)
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
    Response::new().then(dial)
}

/// What the user hears instead.
const fn words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotUnderstood => "This number cannot be dialled.",
        Refusal::Stopping => "The service is restarting. Please try again in a moment.",
        Refusal::TenantUnknown => "This call cannot be placed at the moment. Please try again.",
        Refusal::Rejected => "This call cannot be placed.",
        Refusal::Suppressed => "This number is on the do-not-call list. The call is not placed.",
        Refusal::NoNumber => "No number is set up for outgoing calls.",
    }
}
