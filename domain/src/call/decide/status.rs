//! What became of the legs: status callbacks, the conference, answering-machine detection.
//!
//! Twilio's words: <https://www.twilio.com/docs/voice/api/call-resource#call-status-values> and
//! <https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent>.

use super::{received_at, news, report};
use crate::call::command::{HandleAmd, HandleConference, HandleStatus, Leg, Origin};
use crate::call::event::CallEvent;
use crate::call::observed_at::ObservedAt;
use crate::call::state::Call;
use crate::call::value::{AnsweredBy, ClockSource, EndedBy, Outcome, ParticipantRole};

/// A leg's status.
pub(super) fn status(call: &Call, callback: &HandleStatus) -> Vec<CallEvent> {
    let at = ObservedAt::new(callback.at, callback.clock);
    let origin = match callback.leg {
        // These legs are the first leg, unless the callback names another.
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
    news(call, at, &origin, facts)
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

/// The leg whose fate is the call's. `tried_again`: failing to connect is for the queue to judge, and ends nothing yet.
fn of_conversation(callback: &HandleStatus, at: ObservedAt, tried_again: bool) -> Vec<CallEvent> {
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
        "busy" if !tried_again => (Outcome::Busy, None),
        "no-answer" if !tried_again => (Outcome::NoAnswer, None),
        "failed" if !tried_again => (Outcome::Failed, Some(EndedBy::Provider)),
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
    // Who picked up may be told only now. The moment is reckoned, so any moment that the provider tells is better.
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

/// A leg that comes and goes while the call goes on.
fn of_participant(callback: &HandleStatus, at: ObservedAt, role: ParticipantRole) -> Vec<CallEvent> {
    let call_sid = callback.call_sid.clone();
    vec![match callback.status.as_str() {
        "in-progress" | "answered" => CallEvent::ParticipantJoined {
            at: at.at,
            clock: at.clock,
            call_sid,
            role,
            conference_sid: None,
        },
        "completed" => CallEvent::ParticipantLeft {
            at: at.at,
            clock: at.clock,
            call_sid,
            role,
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

/// Something in the conference. Holding and muting are people's doing and are recorded as such when they are ordered;
/// that Twilio did them is a report.
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
        },
        ("participant-leave", Some(call_sid)) => CallEvent::ParticipantLeft {
            at: at.at,
            clock: at.clock,
            call_sid: call_sid.clone(),
            role,
        },
        (event, call_sid) => report(
            at,
            "conference-status",
            call_sid.as_deref(),
            callback.sequence_number,
            event,
        ),
    };
    news(call, at, &callback.origin, vec![fact])
}

/// Who picked up, found out later than that somebody did: the moment is merely when we heard.
pub(super) fn amd(call: &Call, callback: &HandleAmd) -> Vec<CallEvent> {
    let at = received_at(callback.at);
    let fact = CallEvent::CallAnswered {
        at: at.at,
        clock: ClockSource::Local,
        call_sid: callback.call_sid.clone(),
        by: callback.answered_by,
    };
    news(call, at, &callback.origin, vec![fact])
}
