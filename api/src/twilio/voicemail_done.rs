//! `POST /twilio/voicemail-done`: the caller left a message, or none.

use super::callback::{CallbackOutcome, handle};
use super::{Signed, TwiML};
use crate::dialogue::voice_response::spoken;
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use infra::twilio::callbacks::Endpoint;
use infra::twilio::twiml::{self, hangup};

/// What a caller hears at the end.
const THANKS: &str = "Thank you. Goodbye.";

/// The message is over. Where the recording can be fetched comes with it, or soon after to `recording-status`.
#[utoipa::path(
    post, path = "/twilio/voicemail-done", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn voicemail_done(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    let response = match handle(&state, &signed, Endpoint::VoicemailDone).await? {
        CallbackOutcome::Call(on_call) => twiml::Response::new().then(spoken(THANKS, &on_call.settings(&state).await?)),
        CallbackOutcome::Quarantined => twiml::Response::new(),
    };
    Ok(TwiML(response.then(hangup())))
}
