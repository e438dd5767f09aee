//! `call-status` and `inbound-status`: status of a leg. Also the `action` of a `<Dial>`, which uses the same endpoint.

use super::origin::is_client;
use super::{Callback, Endpoint, NotUnderstood, Understood, not_a};
use domain::call::command::{HandleStatus, Leg, Origin};
use domain::call::value::{AnsweredBy, ParticipantRole};

/// Twilio's call statuses.
const STATUSES: [&str; 9] = [
    "queued",
    "initiated",
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "no-answer",
    "failed",
    "canceled",
];

pub(super) fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    if callback.form.get("DialCallStatus").is_some() {
        return dialled(callback);
    }
    let call_id = callback.call_id()?;
    let call_sid = callback.required_identifier("CallSid")?;
    let status = known_status("CallStatus", callback.required("CallStatus")?)?;
    let leg = leg(callback)?;
    let sequence_number = callback.number("SequenceNumber")?;
    let (at, clock) = callback.observed_at();
    let key = format!(
        "{}:{call_id}:{call_sid}:{status}:{}",
        callback.endpoint,
        sequence_number.map_or_else(String::new, |number| number.to_string())
    );
    let command = HandleStatus {
        at,
        clock,
        kind: callback.endpoint.to_string(),
        call_sid,
        leg,
        status,
        sequence_number,
        answered_by: callback.form.get("AnsweredBy").map(answered_by).transpose()?,
        duration_s: callback.number("CallDuration")?,
        reason: reason(callback)?,
        origin: origin(callback, leg)?,
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}

/// A leg dialed into a conference has no parent, but is not the first leg of the call either.
fn origin(callback: &Callback<'_>, leg: Leg) -> Result<Origin, NotUnderstood> {
    let is_called_in = callback.query.get("role").is_some() && callback.form.get("ParentCallSid").is_none();
    if is_called_in {
        return Ok(Origin::default());
    }
    callback.origin(origin_counts(callback, leg))
}

/// Parses the `action` of a `<Dial>`: the final status of the child leg, even if no child leg was created.
fn dialled(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = callback.call_id()?;
    let parent = callback.required_identifier("CallSid")?;
    let child = callback.identifier("DialCallSid")?;
    // `answered` means answered and ended, because this callback is sent after the end.
    let status = match callback.required("DialCallStatus")? {
        "answered" => "completed".to_owned(),
        other => known_status("DialCallStatus", other)?,
    };
    let (at, clock) = callback.observed_at();
    let key = format!("dialled:{call_id}:{parent}:{status}");
    let command = HandleStatus {
        at,
        clock,
        kind: callback.endpoint.to_string(),
        call_sid: child.unwrap_or(parent),
        leg: Leg::Conversation,
        status,
        sequence_number: None,
        answered_by: None,
        duration_s: callback.number("DialCallDuration")?,
        reason: reason(callback)?,
        origin: callback.origin(true)?,
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}

fn known_status(name: &str, word: &str) -> Result<String, NotUnderstood> {
    if STATUSES.contains(&word) {
        Ok(word.to_owned())
    } else {
        Err(not_a(name, "status that we know"))
    }
}

/// The leg's function in the call: from the callback URL, else derived from the type of leg.
fn leg(callback: &Callback<'_>) -> Result<Leg, NotUnderstood> {
    if callback.word::<u32>("attempt")?.is_some() {
        return Ok(Leg::Attempt);
    }
    if let Some(role) = callback.word::<ParticipantRole>("role")? {
        return Ok(Leg::Participant(role));
    }
    Ok(if is_browser(callback) {
        Leg::Participant(ParticipantRole::TeamMember)
    } else {
        Leg::Conversation
    })
}

/// Whether this is the browser's leg of an outbound call, whose outcome is that of the dialed leg.
fn is_browser(callback: &Callback<'_>) -> bool {
    callback.endpoint == Endpoint::CallStatus
        && callback.form.get("ParentCallSid").is_none()
        && callback.form.get("From").is_some_and(is_client)
}

/// Whether this leg's numbers are those of the call.
fn origin_counts(callback: &Callback<'_>, leg: Leg) -> bool {
    match leg {
        Leg::Conversation | Leg::Attempt => true,
        Leg::Participant(_) => is_browser(callback) && callback.query.get("role").is_none(),
    }
}

/// Parses `AnsweredBy`.
pub(super) fn answered_by(word: &str) -> Result<AnsweredBy, NotUnderstood> {
    match word {
        "human" => Ok(AnsweredBy::Human),
        "fax" => Ok(AnsweredBy::Fax),
        "unknown" => Ok(AnsweredBy::Unknown),
        machine if machine.starts_with("machine_") => Ok(AnsweredBy::Machine),
        _ => Err(not_a("AnsweredBy", "word that we know")),
    }
}

/// Reason of a failure: Twilio's error code, else an unsuccessful SIP response.
fn reason(callback: &Callback<'_>) -> Result<Option<String>, NotUnderstood> {
    if let Some(code) = callback.number("ErrorCode")?.filter(|code| *code != 0) {
        return Ok(Some(format!("error {code}")));
    }
    Ok(callback
        .number("SipResponseCode")?
        .filter(|code| !(200..300).contains(code))
        .map(|code| format!("sip {code}")))
}
