//! TwiML for the conference of a caller and team members.

use domain::call::value::ParticipantRole;
use engine::callbacks::caller_turn::AWAITED;
use engine::conference::{EVENTS, status_callback};
use infra::config::Config;
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
