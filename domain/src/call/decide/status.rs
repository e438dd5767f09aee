//! What became of the legs: status callbacks, the conference, answering-machine detection.
//!
//! Twilio's words: <https://www.twilio.com/docs/voice/api/call-resource#call-status-values> and
//! <https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent>.

use super::{heard_at, news, report};
use crate::call::command::{HearAmd, HearConference, HearStatus, Leg, Origin};
use crate::call::event::CallEvent;
use crate::call::moment::Moment;
use crate::call::state::Call;
use crate::call::value::{AnsweredBy, EndedBy, Outcome, ParticipantRole};

/// A leg's status.
pub(super) fn status(call: &Call, heard: &HearStatus) -> Vec<CallEvent> {
    let at = Moment::new(heard.at, heard.told);
    let origin = match heard.leg {
        // These legs are the first leg, unless the callback names another.
        Leg::Conversation | Leg::Attempt if heard.origin.call_sid.is_none() => Origin {
            call_sid: Some(heard.call_sid.clone()),
            ..heard.origin.clone()
        },
        _ => heard.origin.clone(),
    };
    let facts = match heard.leg {
        Leg::Participant(role) => of_participant(heard, at, role),
        Leg::Conversation => of_conversation(heard, at, false),
        Leg::Attempt => of_conversation(heard, at, true),
    };
    news(call, at, &origin, facts)
}

fn as_reported(heard: &HearStatus, at: Moment) -> CallEvent {
    report(
        at,
        &heard.kind,
        Some(&heard.call_sid),
        heard.sequence_number,
        heard.status.as_str(),
    )
}

/// The leg whose fate is the call's. `tried_again`: failing to connect is for the queue to judge, and ends nothing yet.
fn of_conversation(heard: &HearStatus, at: Moment, tried_again: bool) -> Vec<CallEvent> {
    let (outcome, ended_by) = match heard.status.as_str() {
        "ringing" => {
            return vec![CallEvent::CallRinging {
                at: at.at,
                told: at.told,
                call_sid: heard.call_sid.clone(),
            }];
        }
        "in-progress" | "answered" => {
            let by = heard.answered_by.unwrap_or(AnsweredBy::Unknown);
            return vec![CallEvent::CallAnswered {
                at: at.at,
                told: at.told,
                call_sid: heard.call_sid.clone(),
                by,
            }];
        }
        "completed" => (Outcome::Completed, None),
        "canceled" => (Outcome::Canceled, None),
        "busy" if !tried_again => (Outcome::Busy, None),
        "no-answer" if !tried_again => (Outcome::NoAnswer, None),
        "failed" if !tried_again => (Outcome::Failed, Some(EndedBy::Provider)),
        _ => return vec![as_reported(heard, at)],
    };
    let ended = CallEvent::CallEnded {
        at: at.at,
        told: at.told,
        outcome,
        ended_by,
        duration_s: heard.duration_s,
        reason: heard.reason.clone(),
    };
    // Who picked up may be told only now. The moment is reckoned, so any moment that the provider tells is better.
    let answered = heard
        .answered_by
        .filter(|_| outcome == Outcome::Completed)
        .map(|by| CallEvent::CallAnswered {
            at: at.at.plus_seconds(-i64::from(heard.duration_s.unwrap_or(0))),
            told: false,
            call_sid: heard.call_sid.clone(),
            by,
        });
    answered.into_iter().chain([ended]).collect()
}

/// A leg that comes and goes while the call goes on.
fn of_participant(heard: &HearStatus, at: Moment, role: ParticipantRole) -> Vec<CallEvent> {
    let call_sid = heard.call_sid.clone();
    vec![match heard.status.as_str() {
        "in-progress" | "answered" => CallEvent::ParticipantJoined {
            at: at.at,
            told: at.told,
            call_sid,
            role,
            conference_sid: None,
        },
        "completed" => CallEvent::ParticipantLeft {
            at: at.at,
            told: at.told,
            call_sid,
            role,
        },
        "busy" | "no-answer" | "failed" | "canceled" => CallEvent::ParticipantUnreached {
            at: at.at,
            told: at.told,
            call_sid,
            role,
            reason: heard.status.clone(),
        },
        _ => as_reported(heard, at),
    }]
}

/// Something in the conference. Holding and muting are people's doing and are recorded as such when they are ordered;
/// that Twilio did them is a report.
pub(super) fn conference(call: &Call, heard: &HearConference) -> Vec<CallEvent> {
    let at = Moment::new(heard.at, heard.told);
    let role = heard.role.unwrap_or(ParticipantRole::Caller);
    let conference_sid = heard.conference_sid.clone();
    let fact = match (heard.event.as_str(), &heard.call_sid) {
        ("conference-start", _) => CallEvent::ConferenceStarted {
            at: at.at,
            told: at.told,
            conference_sid,
        },
        ("conference-end", _) => CallEvent::ConferenceEnded {
            at: at.at,
            told: at.told,
            conference_sid,
        },
        ("participant-join", Some(call_sid)) => CallEvent::ParticipantJoined {
            at: at.at,
            told: at.told,
            call_sid: call_sid.clone(),
            role,
            conference_sid: Some(conference_sid),
        },
        ("participant-leave", Some(call_sid)) => CallEvent::ParticipantLeft {
            at: at.at,
            told: at.told,
            call_sid: call_sid.clone(),
            role,
        },
        (event, call_sid) => report(
            at,
            "conference-status",
            call_sid.as_deref(),
            heard.sequence_number,
            event,
        ),
    };
    news(call, at, &heard.origin, vec![fact])
}

/// Who picked up, found out later than that somebody did: the moment is merely when we heard.
pub(super) fn amd(call: &Call, heard: &HearAmd) -> Vec<CallEvent> {
    let at = heard_at(heard.at);
    let fact = CallEvent::CallAnswered {
        at: at.at,
        told: false,
        call_sid: heard.call_sid.clone(),
        by: heard.answered_by,
    };
    news(call, at, &heard.origin, vec![fact])
}
