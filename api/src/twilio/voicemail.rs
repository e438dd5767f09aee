//! `POST /twilio/voicemail`: asks the caller for a message.

use super::voice_response::spoken;
use super::{Signed, TwiML};
use crate::conference;
use crate::error::ApiError;
use axum::extract::State;
use domain::agent::AgentSettings;
use domain::dialogue::Phrases;
use engine::SharedEngine;
use engine::callbacks::voicemail::{self, VoicemailOutcome};
use infra::config::Config;
use infra::twilio::twiml::{Response, hangup, record, say};

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
pub async fn voicemail(State(engine): State<SharedEngine>, Signed(received): Signed) -> Result<TwiML, ApiError> {
    let config = &engine.config;
    Ok(TwiML(match voicemail::handle(&engine, &received).await? {
        VoicemailOutcome::Ask { call_id, settings } => ask(config, &call_id, &settings),
        VoicemailOutcome::JoinConference { call_id } => conference::join(config, &call_id),
        VoicemailOutcome::HangUp => Response::new().then(hangup()),
        VoicemailOutcome::Quarantined => Response::new()
            .then(say(Phrases::of(None).trouble_again))
            .then(hangup()),
    }))
}

fn ask(config: &Config, call_id: &str, settings: &AgentSettings) -> Response {
    let callback = |path: &str, retries: &str| {
        config.callback_url(&format!("/twilio/{path}?call_id={call_id}&phase=voicemail{retries}"))
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
    Response::new()
        .then(spoken(words, settings))
        .then(message)
        .then(hangup())
}
