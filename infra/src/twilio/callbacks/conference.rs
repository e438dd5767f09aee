//! `conference-status`: events of the conference of a call.

use super::{Callback, NotUnderstood, Understood, identifier};
use domain::CallId;
use domain::call::command::{HandleConference, Origin};
use domain::call::value::ParticipantRole;

pub(super) fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = call_id(callback)?;
    let conference_sid = callback.required_identifier("ConferenceSid")?;
    let event = identifier("StatusCallbackEvent", callback.required("StatusCallbackEvent")?)?;
    let call_sid = callback.identifier("CallSid")?;
    let sequence_number = callback.number("SequenceNumber")?;
    let (at, clock) = callback.observed_at();
    let key = format!(
        "conference-status:{call_id}:{conference_sid}:{event}:{}:{}",
        call_sid.as_deref().unwrap_or_default(),
        sequence_number.map_or_else(String::new, |number| number.to_string())
    );
    let role = call_sid.as_deref().map(|sid| role(callback, sid, &call_id));
    let command = HandleConference {
        at,
        clock,
        event,
        conference_sid,
        call_sid,
        role,
        sequence_number,
        // `CallSid` is that of a participant here, so it does not identify the first leg.
        origin: Origin::default(),
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}

/// The call in the callback URL, else the one that the conference is named after. A participant's `CallSid` may be that
/// of any leg, so it does not identify the call.
fn call_id(callback: &Callback<'_>) -> Result<CallId, NotUnderstood> {
    if let Some(own) = callback.own_call_id()? {
        return Ok(own);
    }
    callback
        .identifier("FriendlyName")
        .ok()
        .flatten()
        .filter(|name| name.starts_with("CA") || name.starts_with("call_"))
        .map(CallId)
        .ok_or(NotUnderstood::new(
            "neither `call_id` nor FriendlyName identifies the call of the conference",
        ))
}

/// The role in the participant's label, which may have a suffix: `agent-2`. Without a label, the call's own leg is the
/// caller's and any other leg a team member's.
fn role(callback: &Callback<'_>, call_sid: &str, call_id: &CallId) -> ParticipantRole {
    let unlabelled = if call_sid == call_id.as_str() {
        ParticipantRole::Caller
    } else {
        ParticipantRole::TeamMember
    };
    callback
        .form
        .get("ParticipantLabel")
        .and_then(|label| label.split('-').next()?.parse().ok())
        .unwrap_or(unlabelled)
}
