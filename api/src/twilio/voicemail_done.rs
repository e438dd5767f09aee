//! `POST /twilio/voicemail-done`: the end of a voicemail message.

use super::voice_response::spoken;
use super::{Signed, TwiML};
use crate::error::ApiError;
use axum::extract::State;
use engine::SharedEngine;
use engine::callbacks::{self, CallbackOutcome};
use infra::twilio::callbacks::Endpoint;
use infra::twilio::twiml::{Response, hangup};

/// Spoken after the message.
const THANKS: &str = "Thank you. Goodbye.";

/// The end of a message. The recording's URL is part of this request, or follows with `recording-status`.
#[utoipa::path(
    post, path = "/twilio/voicemail-done", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn voicemail_done(State(engine): State<SharedEngine>, Signed(received): Signed) -> Result<TwiML, ApiError> {
    let response = match callbacks::handle(&engine, &received, Endpoint::VoicemailDone).await? {
        CallbackOutcome::Call(context) => Response::new().then(spoken(THANKS, &context.settings(&engine).await?)),
        CallbackOutcome::Quarantined => Response::new(),
    };
    Ok(TwiML(response.then(hangup())))
}
