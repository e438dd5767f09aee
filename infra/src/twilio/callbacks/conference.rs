//! `conference-status`: events of the conference of a call.

use super::{Callback, NotUnderstood, Understood, in_key, read};
use domain::CallId;
use domain::call::command::{HandleConference, Origin};
use domain::call::value::ParticipantRole;

pub(super) fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = call_id(callback)?;
    let (Some(conference_sid), Some(event)) = (
        callback.identifier("ConferenceSid"),
        callback.identifier("StatusCallbackEvent"),
    ) else {
        return Ok(callback.as_reported(call_id));
    };
    let event = event.to_ascii_lowercase();
    let call_sid = callback.identifier("CallSid");
    let sequence_number = callback.number("SequenceNumber");
    let (at, clock) = callback.observed_at();
    let key = format!(
        "conference-status:{call_id}:{conference_sid}:{event}:{}:{}",
        call_sid.as_deref().unwrap_or_default(),
        in_key(sequence_number)
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
    callback
        .own_call_id()
        .or_else(|| {
            let name = callback.form.get("FriendlyName").and_then(read::identifier)?;
            let is_call = name.starts_with("CA") || name.starts_with("call_");
            is_call.then_some(CallId(name))
        })
        .ok_or(NotUnderstood(
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
