//! `POST /twilio/voicemail`: asks the caller for a message.

use super::callback::{CallbackOutcome, handle};
use super::voice_response::spoken;
use super::{Signed, TwiML};
use crate::conference;
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use domain::agent::AgentSettings;
use domain::call::Call;
use domain::dialogue::Phrases;
use infra::twilio::callbacks::Endpoint;
use infra::twilio::twiml::{self, hangup, record, say};

/// Maximum length of a message, in seconds.
const MAX_MESSAGE_S: u32 = 180;
/// Silence that ends a message, in seconds.
const SILENCE_TIMEOUT_S: u32 = 8;
/// URL fragment: Twilio retries five times, on any error. It retries only when asked to.
const RETRIES: &str = "#rc=5&rp=all";

/// Asks the caller for a message and records it.
#[utoipa::path(
    post, path = "/twilio/voicemail", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn voicemail(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    // A caller who waited for a person reaches this when the redirect of a takeover has failed. A call whose state cannot
    // be read is not known to be taken over; what follows answers the caller in any case.
    let call_id = signed.query("call_id").unwrap_or_default();
    if let Ok(Some((call, _))) = state.ledger.state::<Call>(call_id).await
        && call.people.taken_over_by.is_some()
    {
        return Ok(TwiML(conference::join(&state.config, call_id)));
    }
    match handle(&state, &signed, Endpoint::Voicemail).await? {
        CallbackOutcome::Call(context) => {
            let settings = context.settings(&state).await?;
            Ok(ask(&state, &context.call_id, &settings))
        }
        // A message could not be attributed to a call.
        CallbackOutcome::Quarantined => Ok(TwiML(
            twiml::Response::new()
                .then(say(Phrases::of(None).trouble_again))
                .then(hangup()),
        )),
    }
}

fn ask(state: &AppState, call_id: &str, settings: &AgentSettings) -> TwiML {
    let callback = |path: &str, retries: &str| {
        state
            .config
            .callback_url(&format!("/twilio/{path}?call_id={call_id}&phase=voicemail{retries}"))
    };
    // Twilio's own transcription knows English only.
    let is_english = settings
        .language
        .as_deref()
        .is_none_or(|language| language.starts_with("en"));
    let message = record(&callback("voicemail-done", ""))
        .with("maxLength", MAX_MESSAGE_S)
        .with("timeout", SILENCE_TIMEOUT_S)
        .with("finishOnKey", "#")
        .with("playBeep", "true")
        .with("recordingStatusCallback", callback("recording-status", RETRIES))
        .with("recordingStatusCallbackEvent", "in-progress completed absent")
        .with_maybe("transcribe", is_english.then_some("true"))
        .with_maybe(
            "transcribeCallback",
            is_english.then(|| callback("transcription-status", RETRIES)),
        );
    let phrases = Phrases::of(settings.language.as_deref());
    let words = settings.voicemail_greeting.as_deref().unwrap_or(phrases.leave_message);
    TwiML(
        twiml::Response::new()
            .then(spoken(words, settings))
            .then(message)
            .then(hangup()),
    )
}
