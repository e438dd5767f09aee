//! The conference of a caller and team members: its name, its webhook addresses, and the TwiML to join it.
//!
//! Its name is the call's ID. A participant's label is the role, and for a dialed participant the participant number:
//! `caller`, `team_member-2`.

use crate::error::ApiError;
use crate::state::AppState;
use domain::call::Call;
use domain::call::value::ParticipantRole;
use infra::twilio::rest::{Participant, TwilioError};
use infra::twilio::twiml::{Response, conference, dial, hangup};

/// Conference events that Twilio reports.
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
/// URL fragment: Twilio retries five times, on any error. It retries only when asked to.
const RETRIES: &str = "#rc=5&rp=all";

/// The label of a dialed participant.
#[must_use]
pub fn label(role: ParticipantRole, participant: u32) -> String {
    format!("{role}-{participant}")
}

/// The status callback URL of a call's conference.
#[must_use]
pub fn status_callback(state: &AppState, call_id: &str) -> String {
    let path = format!("/twilio/conference-status?call_id={call_id}{RETRIES}");
    state.config.callback_url(&path)
}

/// The URL of the TwiML that is announced to a participant.
#[must_use]
pub fn announcement(state: &AppState, call_id: &str, what: &str) -> String {
    state
        .config
        .callback_url(&format!("/twilio/announce?call_id={call_id}&{what}"))
}

/// TwiML that puts the caller into the conference. The call ends when the caller leaves, or when the conference ends.
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

/// The participants of a call's conference, including those being dialed, as Twilio knows them now.
///
/// # Errors
/// When Twilio refuses or does not answer.
pub async fn participants(state: &AppState, call_id: &str) -> Result<Vec<Participant>, TwilioError> {
    match state.twilio.open_conference(call_id).await? {
        Some(open) => state.twilio.participants(&open.sid).await,
        None => Ok(Vec::new()),
    }
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
