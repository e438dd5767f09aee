//! `POST /twilio/voicemail-done`: the end of a voicemail message.

use super::callback::{CallbackOutcome, handle};
use super::voice_response::spoken;
use super::{Signed, TwiML};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use infra::twilio::callbacks::Endpoint;
use infra::twilio::twiml::{self, hangup};

/// Spoken after the message.
const THANKS: &str = "Thank you. Goodbye.";

/// The end of a message. The recording's URL is part of this request, or follows with `recording-status`.
#[utoipa::path(
    post, path = "/twilio/voicemail-done", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn voicemail_done(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    let response = match handle(&state, &signed, Endpoint::VoicemailDone).await? {
        CallbackOutcome::Call(context) => twiml::Response::new().then(spoken(THANKS, &context.settings(&state).await?)),
        CallbackOutcome::Quarantined => twiml::Response::new(),
    };
    Ok(TwiML(response.then(hangup())))
}
