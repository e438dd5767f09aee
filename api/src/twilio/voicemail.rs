//! `POST /twilio/voicemail`: the caller is asked for a message.

use super::callback::{CallbackOutcome, handle};
use super::{Signed, TwiML};
use crate::dialogue::voice_response::spoken;
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use domain::agent::AgentSettings;
use domain::dialogue::Phrases;
use infra::twilio::callbacks::Endpoint;
use infra::twilio::twiml::{self, hangup, record, say};

/// The longest message, in seconds.
const LONGEST_S: u32 = 180;
/// A message ends after so many seconds of silence.
const SILENCE_S: u32 = 8;
/// Twilio asks again, five times, whatever went wrong: it does so only when told to.
const RETRIES: &str = "#rc=5&rp=all";

/// The caller is asked for a message, which is recorded.
#[utoipa::path(
    post, path = "/twilio/voicemail", tag = "twilio", security(("twilio" = [])),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn voicemail(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    match handle(&state, &signed, Endpoint::Voicemail).await? {
        CallbackOutcome::Call(on_call) => {
            let settings = on_call.settings(&state).await?;
            Ok(ask(&state, &on_call.call_id, &settings))
        }
        // Nobody could say whose message it were.
        CallbackOutcome::Quarantined => Ok(TwiML(
            twiml::Response::new()
                .then(say(Phrases::of(None).trouble_again))
                .then(hangup()),
        )),
    }
}

fn ask(state: &AppState, call_id: &str, settings: &AgentSettings) -> TwiML {
    let here = |path: &str, retries: &str| {
        state
            .config
            .callback_url(&format!("/twilio/{path}?call_id={call_id}&phase=voicemail{retries}"))
    };
    // Twilio's own transcription knows English only.
    let is_english = settings
        .language
        .as_deref()
        .is_none_or(|language| language.starts_with("en"));
    let message = record(&here("voicemail-done", ""))
        .with("maxLength", LONGEST_S)
        .with("timeout", SILENCE_S)
        .with("finishOnKey", "#")
        .with("playBeep", "true")
        .with("recordingStatusCallback", here("recording-status", RETRIES))
        .with("recordingStatusCallbackEvent", "in-progress completed absent")
        .with_maybe("transcribe", is_english.then_some("true"))
        .with_maybe(
            "transcribeCallback",
            is_english.then(|| here("transcription-status", RETRIES)),
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
