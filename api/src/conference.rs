//! The conference of a caller and team members: its TwiML, and what API handlers need of it.

use crate::error::ApiError;
use domain::call::Call;
use domain::call::value::ParticipantRole;
use engine::callbacks::caller_turn::AWAITED;
use engine::conference::{EVENTS, status_callback};
use infra::config::Config;
use infra::twilio::rest::TwilioError;
use infra::twilio::twiml::{Response, conference, dial, hangup, pause, redirect};

/// TwiML that puts the caller into the conference. The call ends when the conference ends. The caller's leaving does not
/// end it: a caller who is moved into the conference twice leaves it in between. When the call has ended, a job hangs up
/// the other participants.
#[must_use]
pub fn join(config: &Config, call_id: &str) -> Response {
    let room = conference(call_id)
        .with("participantLabel", ParticipantRole::Caller)
        .with("beep", "false")
        .with("startConferenceOnEnter", "true")
        .with("endConferenceOnExit", "false")
        .with("statusCallback", status_callback(config, call_id))
        .with("statusCallbackEvent", EVENTS.join(" "));
    Response::new().then(dial().containing(room)).then(hangup())
}

/// TwiML that lets the caller wait for a redirect to the conference. When none has come, the caller's turn is answered
/// again, with [`AWAITED`].
#[must_use]
pub fn await_redirect(config: &Config, call_id: &str, turn: u32, timeout_s: u32) -> Response {
    let again = config.callback_url(&format!("/twilio/ai-respond?call_id={call_id}&turn={turn}&{AWAITED}=1"));
    Response::new().then(pause(timeout_s)).then(redirect(&again))
}

/// The SID of the caller's conference, and the call SID of the caller's leg in it.
///
/// # Errors
/// 409 when the caller is not in a conference.
pub fn of_caller(call: &Call) -> Result<(&str, &str), ApiError> {
    if call.is_over() {
        return Err(ApiError::Conflict("the call has ended".to_owned()));
    }
    let found = call.running_conference().zip(call.caller_in_conference());
    found.ok_or_else(|| ApiError::Conflict("no team member has the call: take it over first".into()))
}

/// Maps Twilio's error for a change of a conference to an API error.
#[must_use]
pub fn refused(error: TwilioError) -> ApiError {
    if error.is_already_over() || error.is_not_found() {
        ApiError::Conflict("the caller has left the conference".to_owned())
    } else {
        ApiError::Unavailable(error.into())
    }
}
