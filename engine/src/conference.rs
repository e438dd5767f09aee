//! The conference of a caller and team members: its webhook addresses, and who is in it.
//!
//! Its name is the call's ID. A participant's label is the role, and for a dialed participant the participant number:
//! `caller`, `team_member-2`.

use crate::Engine;
use domain::call::value::ParticipantRole;
use infra::config::Config;
use infra::twilio::rest::{Participant, TwilioError};

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
pub fn status_callback(config: &Config, call_id: &str) -> String {
    let path = format!("/twilio/conference-status?call_id={call_id}{RETRIES}");
    config.callback_url(&path)
}

/// The URL of the TwiML that is announced to a participant.
#[must_use]
pub fn announcement(config: &Config, call_id: &str, what: &str) -> String {
    config.callback_url(&format!("/twilio/announce?call_id={call_id}&{what}"))
}

/// The participants of a call's conference, including those being dialed, as Twilio knows them now.
///
/// # Errors
/// When Twilio refuses or does not answer.
pub async fn participants(engine: &Engine, call_id: &str) -> Result<Vec<Participant>, TwilioError> {
    match engine.twilio.open_conference(call_id).await? {
        Some(open) => engine.twilio.participants(&open.sid).await,
        None => Ok(Vec::new()),
    }
}
