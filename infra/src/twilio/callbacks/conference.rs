//! `conference-status`: what happened in the conference that holds a call's legs.

use super::{Callback, NotUnderstood, Understood, identifier};
use domain::CallId;
use domain::call::command::{HearConference, Origin};
use domain::call::value::ParticipantRole;

pub(super) fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = call_id(callback)?;
    let conference_sid = callback.required_identifier("ConferenceSid")?;
    let event = identifier("StatusCallbackEvent", callback.required("StatusCallbackEvent")?)?;
    let call_sid = callback.identifier("CallSid")?;
    let sequence_number = callback.number("SequenceNumber")?;
    let (at, told) = callback.moment();
    let key = format!(
        "conference-status:{call_id}:{conference_sid}:{event}:{}:{}",
        call_sid.as_deref().unwrap_or_default(),
        sequence_number.map_or_else(String::new, |number| number.to_string())
    );
    let role = call_sid.as_deref().map(|sid| role(callback, sid, &call_id));
    let command = HearConference {
        at,
        told,
        event,
        conference_sid,
        call_sid,
        role,
        sequence_number,
        // `CallSid` is some participant's here, so it says nothing about the first leg.
        origin: Origin::default(),
    };
    Ok(Understood {
        call_id,
        command: command.into(),
        key,
    })
}

/// A participant's `CallSid` may be anybody's: the call is the one in our address, else the one that the conference is
/// named after.
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
            "neither `call_id` nor FriendlyName says which call the conference belongs to",
        ))
}

/// The participant's label is the role that we gave it, and perhaps a seat: `agent-2`. Without one, the call's own leg is the caller's, any other an
/// agent's.
fn role(callback: &Callback<'_>, call_sid: &str, call_id: &CallId) -> ParticipantRole {
    let unlabelled = if call_sid == call_id.as_str() {
        ParticipantRole::Caller
    } else {
        ParticipantRole::Agent
    };
    callback
        .form
        .get("ParticipantLabel")
        .and_then(|label| label.split('-').next()?.parse().ok())
        .unwrap_or(unlabelled)
}
