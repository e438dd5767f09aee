//! Status callbacks of legs and conferences, and answering machine detection.
//!
//! Twilio's values: <https://www.twilio.com/docs/voice/api/call-resource#call-status-values> and
//! <https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent>.

use super::{new_facts, received_at, report};
use crate::call::command::{HandleAmd, HandleConference, HandleStatus, Leg, Origin};
use crate::call::event::CallEvent;
use crate::call::observed_at::ObservedAt;
use crate::call::state::Call;
use crate::call::value::{AnsweredBy, ClockSource, EndedBy, Outcome, ParticipantRole};

/// The status of a leg.
pub(super) fn status(call: &Call, callback: &HandleStatus) -> Vec<CallEvent> {
    let at = ObservedAt::new(callback.at, callback.clock);
    let origin = match callback.leg {
        // The leg is the first leg, unless the callback names another one.
        Leg::Conversation | Leg::Attempt if callback.origin.call_sid.is_none() => Origin {
            call_sid: Some(callback.call_sid.clone()),
            ..callback.origin.clone()
        },
        _ => callback.origin.clone(),
    };
    let facts = match callback.leg {
        Leg::Participant(role) => of_participant(callback, at, role),
        Leg::Conversation => of_conversation(callback, at, false),
        Leg::Attempt => of_conversation(callback, at, true),
    };
    new_facts(call, at, &origin, facts)
}

fn as_reported(callback: &HandleStatus, at: ObservedAt) -> CallEvent {
    report(
        at,
        &callback.kind,
        Some(&callback.call_sid),
        callback.sequence_number,
        callback.status.as_str(),
    )
}

/// Events of the leg whose end is the end of the call. With `is_attempt`, a failure to connect does not end the call: the
/// dialer decides whether another attempt follows.
fn of_conversation(callback: &HandleStatus, at: ObservedAt, is_attempt: bool) -> Vec<CallEvent> {
    let (outcome, ended_by) = match callback.status.as_str() {
        "ringing" => {
            return vec![CallEvent::CallRinging {
                at: at.at,
                clock: at.clock,
                call_sid: callback.call_sid.clone(),
            }];
        }
        "in-progress" | "answered" => {
            let by = callback.answered_by.unwrap_or(AnsweredBy::Unknown);
            return vec![CallEvent::CallAnswered {
                at: at.at,
                clock: at.clock,
                call_sid: callback.call_sid.clone(),
                by,
            }];
        }
        "completed" => (Outcome::Completed, None),
        "canceled" => (Outcome::Canceled, None),
        "busy" if !is_attempt => (Outcome::Busy, None),
        "no-answer" if !is_attempt => (Outcome::NoAnswer, None),
        "failed" if !is_attempt => (Outcome::Failed, Some(EndedBy::Provider)),
        _ => return vec![as_reported(callback, at)],
    };
    let ended = CallEvent::CallEnded {
        at: at.at,
        clock: at.clock,
        outcome,
        ended_by,
        duration_s: callback.duration_s,
        reason: callback.reason.clone(),
    };
    // `AnsweredBy` may be known only now. Its time is computed, so it counts as local and any time of the provider wins.
    let answered = callback
        .answered_by
        .filter(|_| outcome == Outcome::Completed)
        .map(|by| CallEvent::CallAnswered {
            at: at.at.plus_seconds(-i64::from(callback.duration_s.unwrap_or(0))),
            clock: ClockSource::Local,
            call_sid: callback.call_sid.clone(),
            by,
        });
    answered.into_iter().chain([ended]).collect()
}

/// Events of a leg whose end does not end the call.
fn of_participant(callback: &HandleStatus, at: ObservedAt, role: ParticipantRole) -> Vec<CallEvent> {
    let call_sid = callback.call_sid.clone();
    vec![match callback.status.as_str() {
        "in-progress" | "answered" => CallEvent::ParticipantJoined {
            at: at.at,
            clock: at.clock,
            call_sid,
            role,
            conference_sid: None,
            sequence_number: None,
        },
        "completed" => CallEvent::ParticipantLeft {
            at: at.at,
            clock: at.clock,
            call_sid,
            role,
            conference_sid: None,
            sequence_number: None,
        },
        "busy" | "no-answer" | "failed" | "canceled" => CallEvent::ParticipantUnreached {
            at: at.at,
            clock: at.clock,
            call_sid,
            role,
            reason: callback.status.clone(),
        },
        _ => as_reported(callback, at),
    }]
}

/// A conference callback. Hold and mute are recorded when a user orders them; Twilio's callbacks about them are only
/// recorded as reported.
pub(super) fn conference(call: &Call, callback: &HandleConference) -> Vec<CallEvent> {
    let at = ObservedAt::new(callback.at, callback.clock);
    let role = callback.role.unwrap_or(ParticipantRole::Caller);
    let conference_sid = callback.conference_sid.clone();
    let fact = match (callback.event.as_str(), &callback.call_sid) {
        ("conference-start", _) => CallEvent::ConferenceStarted {
            at: at.at,
            clock: at.clock,
            conference_sid,
        },
        ("conference-end", _) => CallEvent::ConferenceEnded {
            at: at.at,
            clock: at.clock,
            conference_sid,
        },
        ("participant-join", Some(call_sid)) => CallEvent::ParticipantJoined {
            at: at.at,
            clock: at.clock,
            call_sid: call_sid.clone(),
            role,
            conference_sid: Some(conference_sid),
            sequence_number: callback.sequence_number,
        },
        ("participant-leave", Some(call_sid)) => CallEvent::ParticipantLeft {
            at: at.at,
            clock: at.clock,
            call_sid: call_sid.clone(),
            role,
            conference_sid: Some(conference_sid),
            sequence_number: callback.sequence_number,
        },
        (event, call_sid) => report(
            at,
            "conference-status",
            call_sid.as_deref(),
            callback.sequence_number,
            event,
        ),
    };
    new_facts(call, at, &callback.origin, vec![fact])
}

/// The result of answering machine detection. It is known later than the answer, so its time is the time of receipt.
pub(super) fn amd(call: &Call, callback: &HandleAmd) -> Vec<CallEvent> {
    let at = received_at(callback.at);
    let fact = CallEvent::CallAnswered {
        at: at.at,
        clock: ClockSource::Local,
        call_sid: callback.call_sid.clone(),
        by: callback.answered_by,
    };
    new_facts(call, at, &callback.origin, vec![fact])
}
