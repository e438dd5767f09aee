//! `call-status` and `inbound-status`: status of a leg. Also the `action` of a `<Dial>`, which uses the same endpoint.

use super::origin::is_client;
use super::{Callback, Endpoint, NotUnderstood, Understood, in_key, read};
use domain::call::command::{HandleStatus, Leg, Origin};
use domain::call::value::ParticipantRole;

pub(super) fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    if callback.form.get("DialCallStatus").is_some() {
        return dialled(callback);
    }
    let call_id = callback.call_id()?;
    let leg = leg(callback);
    // The caller's leg has the name of the call; any other leg needs its own.
    let own = (leg == Leg::Conversation).then(|| call_id.0.clone());
    let call_sid = callback.identifier("CallSid").or(own);
    let (Some(call_sid), Some(status)) = (call_sid, status(callback, "CallStatus", "CallDuration")) else {
        return Ok(callback.as_reported(call_id));
    };
    let sequence_number = callback.number("SequenceNumber");
    let (at, clock) = callback.observed_at();
    let key = format!(
        "{}:{call_id}:{call_sid}:{status}:{}",
        callback.endpoint,
        in_key(sequence_number)
    );
    let command = HandleStatus {
        at,
        clock,
        kind: callback.endpoint.to_string(),
        call_sid,
        leg,
        status: status.to_owned(),
        sequence_number,
        answered_by: callback.form.get("AnsweredBy").and_then(read::answered_by),
        duration_s: callback.seconds("CallDuration"),
        reason: reason(callback),
        origin: origin(callback, leg),
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}

/// The status. Where it cannot be read, a duration shows that the leg has ended: Twilio sends it with the end only.
fn status(callback: &Callback<'_>, status: &str, duration: &str) -> Option<&'static str> {
    let read = callback.form.get(status).and_then(read::call_status);
    read.or_else(|| callback.form.get(duration).map(|_| "completed"))
}

/// A leg dialed into a conference has no parent, but is not the first leg of the call either.
fn origin(callback: &Callback<'_>, leg: Leg) -> Origin {
    let is_called_in = callback.query.get("role").is_some() && callback.form.get("ParentCallSid").is_none();
    if is_called_in {
        return Origin::default();
    }
    callback.origin(origin_counts(callback, leg))
}

/// Parses the `action` of a `<Dial>`: the final status of the child leg, even if no child leg was created.
fn dialled(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = callback.call_id()?;
    let parent = callback.identifier("CallSid").unwrap_or_else(|| call_id.0.clone());
    let child = callback.identifier("DialCallSid");
    let status = match status(callback, "DialCallStatus", "DialCallDuration") {
        // Answered and ended, because this callback is sent after the end.
        Some("in-progress") => "completed",
        Some(status) => status,
        None => return Ok(callback.as_reported(call_id)),
    };
    let (at, clock) = callback.observed_at();
    let key = format!("dialled:{call_id}:{parent}:{status}");
    let command = HandleStatus {
        at,
        clock,
        kind: callback.endpoint.to_string(),
        call_sid: child.unwrap_or(parent),
        leg: Leg::Conversation,
        status: status.to_owned(),
        sequence_number: None,
        answered_by: None,
        duration_s: callback.seconds("DialCallDuration"),
        reason: reason(callback),
        origin: callback.origin(true),
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}

/// The leg's function in the call: from the callback URL, else derived from the type of leg.
fn leg(callback: &Callback<'_>) -> Leg {
    if callback.word::<u32>("attempt").is_some() {
        return Leg::Attempt;
    }
    if let Some(role) = callback.word::<ParticipantRole>("role") {
        return Leg::Participant(role);
    }
    if callback.query.get("role").is_some() || is_browser(callback) {
        Leg::Participant(ParticipantRole::TeamMember)
    } else {
        Leg::Conversation
    }
}

/// Whether this is the browser's leg of an outbound call, whose outcome is that of the dialed leg.
fn is_browser(callback: &Callback<'_>) -> bool {
    callback.endpoint == Endpoint::CallStatus
        && callback.form.get("ParentCallSid").is_none()
        && callback.address("From").is_some_and(is_client)
}

/// Whether this leg's numbers are those of the call.
fn origin_counts(callback: &Callback<'_>, leg: Leg) -> bool {
    match leg {
        Leg::Conversation | Leg::Attempt => true,
        Leg::Participant(_) => is_browser(callback) && callback.query.get("role").is_none(),
    }
}

/// Reason of a failure: Twilio's error code, else an unsuccessful SIP response.
fn reason(callback: &Callback<'_>) -> Option<String> {
    let error = callback.identifier("ErrorCode");
    if let Some(code) = error.filter(|code| !code.trim_matches('0').is_empty()) {
        return Some(format!("error {code}"));
    }
    callback
        .number("SipResponseCode")
        .filter(|code| !(200..300).contains(code))
        .map(|code| format!("sip {code}"))
}
