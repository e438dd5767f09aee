//! `POST /twilio/inbound`: an inbound call.

use super::{Signed, TwiML, voice_response};
use crate::error::ApiError;
use axum::extract::State;
use engine::SharedEngine;
use engine::callbacks::inbound::{self, InboundOutcome, RETRIES};
use infra::config::Config;
use infra::twilio::twiml::{Response, hangup, pause, redirect};

/// Ring time per retry while number routing is unavailable, in seconds.
const RING_INTERVAL_S: u32 = 1;

/// An inbound call. The response is TwiML with the greeting, or a redirect to the voicemail.
#[utoipa::path(
    post, path = "/twilio/inbound", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn inbound(State(engine): State<SharedEngine>, Signed(received): Signed) -> Result<TwiML, ApiError> {
    let config = &engine.config;
    Ok(TwiML(match inbound::handle(&engine, &received).await? {
        InboundOutcome::Answer {
            call_id,
            settings,
            events,
        } => voice_response::from_events(config, &call_id, &settings, &events),
        InboundOutcome::RingOn { retries } => ring_on(config, retries),
        InboundOutcome::HangUp => Response::new().then(hangup()),
        InboundOutcome::Quarantined => voice_response::apology(),
    }))
}

/// Lets the caller hear ringing and retries. Nothing is recorded yet: Twilio waits for a leading `<Pause>` before it
/// answers the call (<https://www.twilio.com/docs/voice/twiml/pause>).
fn ring_on(config: &Config, retries: u32) -> Response {
    let again = config.callback_url(&format!("/twilio/inbound?{RETRIES}={retries}"));
    Response::new().then(pause(RING_INTERVAL_S)).then(redirect(&again))
}
