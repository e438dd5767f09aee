//! The conference in which a caller and people of ours meet: its name, its addresses, and the orders that lead into it.
//!
//! It has the name of its call. A participant's label is their role, and for whoever was called to a seat its number:
//! `caller`, `agent-2`.

use crate::error::ApiError;
use crate::state::AppState;
use domain::call::Call;
use domain::call::value::ParticipantRole;
use infra::twilio::rest::{Participant, TwilioError};
use infra::twilio::twiml::{Response, conference, dial, hangup};

/// What Twilio tells of a conference.
pub const EVENTS: [&str; 8] = [
    "start",
    "end",
    "join",
    "leave",
    "mute",
    "hold",
    "modify",
    "announcement",
];
/// Twilio asks again, five times, whatever went wrong: it does so only when told to.
const RETRIES: &str = "#rc=5&rp=all";

/// The label of whoever was called to a seat.
#[must_use]
pub fn label(role: ParticipantRole, participant: u32) -> String {
    format!("{role}-{participant}")
}

/// Where Twilio tells what happens in a call's conference.
#[must_use]
pub fn status_callback(state: &AppState, call_id: &str) -> String {
    let path = format!("/twilio/conference-status?call_id={call_id}{RETRIES}");
    state.config.callback_url(&path)
}

/// Where Twilio finds what is announced to a participant.
#[must_use]
pub fn announcement(state: &AppState, call_id: &str, what: &str) -> String {
    state
        .config
        .callback_url(&format!("/twilio/announce?call_id={call_id}&{what}"))
}

/// The orders that put the caller in: the call ends when the caller leaves, or when the conference ends.
#[must_use]
pub fn into(state: &AppState, call_id: &str) -> Response {
    let room = conference(call_id)
        .with("participantLabel", ParticipantRole::Caller)
        .with("beep", "false")
        .with("startConferenceOnEnter", "true")
        .with("endConferenceOnExit", "true")
        .with("statusCallback", status_callback(state, call_id))
        .with("statusCallbackEvent", EVENTS.join(" "));
    Response::new().then(dial().containing(room)).then(hangup())
}

/// Who is in a call's conference, or is being called into it, as Twilio knows it now.
///
/// # Errors
/// When Twilio refuses or does not answer.
pub async fn participants(state: &AppState, call_id: &str) -> Result<Vec<Participant>, TwilioError> {
    match state.twilio.open_conference(call_id).await? {
        Some(open) => state.twilio.participants(&open.sid).await,
        None => Ok(Vec::new()),
    }
}

/// The conference that the caller is in, and the caller's leg in it.
///
/// # Errors
/// 409 when the caller is not in one: they speak with the AI, or with nobody.
pub fn of_caller(call: &Call) -> Result<(&str, &str), ApiError> {
    if call.is_over() {
        return Err(ApiError::Conflict("the call is over already".to_owned()));
    }
    let found = call.running_conference().zip(call.caller_in_conference());
    found.ok_or_else(|| {
        ApiError::Conflict("the caller is not in a conference with a person of ours: take the call over first".into())
    })
}

/// What Twilio's refusal to change a conference means to whoever asked.
#[must_use]
pub fn refused(error: TwilioError) -> ApiError {
    if error.is_already_over() || error.is_not_found() {
        ApiError::Conflict("the caller has just left the conference".to_owned())
    } else {
        ApiError::Unavailable(error.into())
    }
}
