//! Conferences: joining, leaving, hold, mute and coaching.
//!
//! Used by legs and by REST. Entry and exit tones are not played; `speaker` events are not sent.

mod callback;
mod update;

pub use update::{ParticipantUpdate, announcement_event, update};

use super::recorder;
use super::switch::{Conference, ConferenceEvent, Control, Ending, Participant, RecordingOptions, State, Switch};
use super::webhook::{Address, Listener};
use crate::twilio::params::CallStatus;
use callback::conference_event;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use thiserror::Error;

/// A request to join a conference.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "mirrors Twilio's properties")]
pub struct JoinRequest {
    /// Friendly name or SID.
    pub conference: String,
    pub label: Option<String>,
    pub muted: bool,
    /// Call SID of the leg to coach.
    pub coached: Option<String>,
    pub end_on_exit: bool,
    pub start_on_enter: bool,
    pub beep: bool,
    pub max_participants: u32,
    /// Audio until the conference starts.
    pub wait: WaitAudio,
    /// Applies only if this participant is the first.
    pub listener: Option<Listener>,
    /// Recording of the conference; applies only if this participant is the first.
    pub record: Option<RecordingOptions>,
}

/// Audio for a waiting participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitAudio {
    /// Twilio's default hold music.
    Music,
    Silence,
    /// A URL that answers with audio or TwiML.
    Document(Address),
}

/// The result of joining.
#[derive(Debug, Clone)]
pub struct Joined {
    /// `CF...`
    pub conference: String,
    pub started: bool,
}

/// Why a participant cannot join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum JoinError {
    #[error("the conference is full")]
    Full,
    #[error("the coached call is not in the conference")]
    CoachedCallAbsent,
}

impl JoinError {
    /// Twilio's error code.
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            Self::Full => 16025,
            Self::CoachedCallAbsent => 13240,
        }
    }
}

/// Why a participant left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveReason {
    HungUp,
    /// REST redirected or ended the call.
    ByApi,
    Kicked,
}

/// Finds a running conference by name or SID, or creates it.
fn find_or_create<'a>(
    net: &Switch,
    state: &'a mut State,
    request: &JoinRequest,
    at: DateTime<Utc>,
) -> &'a mut Conference {
    let alive = |known: &Conference| {
        known.status != "completed" && (known.friendly_name == request.conference || known.sid == request.conference)
    };
    let place = state.conferences.iter().position(alive);
    let place = place.unwrap_or_else(|| {
        state.conferences.push(Conference {
            sid: net.sid("CF"),
            friendly_name: request.conference.clone(),
            status: "init",
            created: at,
            updated: at,
            listener: request.listener.clone(),
            next_sequence: 0,
            participants: vec![],
            reason_ended: None,
            ended_by: None,
            sounds: vec![],
            max_participants: request.max_participants,
            first_call: None,
            record: request.record.clone(),
        });
        state.conferences.len() - 1
    });
    &mut state.conferences[place]
}

fn participant(request: &JoinRequest, call_sid: &str, at: DateTime<Utc>) -> Participant {
    Participant {
        call_sid: call_sid.to_owned(),
        label: request.label.clone(),
        muted: request.muted,
        hold: false,
        coaching: request.coached.is_some(),
        coached: request.coached.clone(),
        end_on_exit: request.end_on_exit,
        start_on_enter: request.start_on_enter,
        beep: request.beep,
        created: at,
        updated: at,
        ringing: false,
    }
}

/// Adds a participant that is still ringing. Returns the conference SID.
pub fn reserve(net: &Arc<Switch>, request: &JoinRequest, call_sid: &str, at: DateTime<Utc>) -> String {
    let mut state = net.state();
    let conference = find_or_create(net, &mut state, request, at);
    conference.first_call.get_or_insert_with(|| call_sid.to_owned());
    conference.participants.push(Participant {
        ringing: true,
        ..participant(request, call_sid, at)
    });
    conference.sid.clone()
}

/// Removes a ringing participant who was not reached.
pub fn cancel_reservation(net: &Arc<Switch>, request: &JoinRequest, call_sid: &str) {
    let mut state = net.state();
    let at = net.clock.now();
    let conference = find_or_create(net, &mut state, request, at);
    let Some(place) = conference.participants.iter().position(|one| one.call_sid == call_sid) else {
        return;
    };
    let participant = conference.participants.remove(place);
    let more = vec![("ReasonParticipantLeft", "participant_hung_up".to_owned())];
    conference_event(net, conference, "participant-leave", Some(&participant), more, at);
}

/// Adds a participant, and starts the conference if it is complete.
///
/// # Errors
/// [`JoinError`].
pub fn join(net: &Arc<Switch>, request: &JoinRequest, call_sid: &str, at: DateTime<Utc>) -> Result<Joined, JoinError> {
    let (joined, record) = {
        let mut state = net.state();
        let conference = find_or_create(net, &mut state, request, at);
        if let Some(coached) = &request.coached
            && !conference
                .participants
                .iter()
                .any(|one| one.call_sid == *coached && !one.ringing)
        {
            return Err(JoinError::CoachedCallAbsent);
        }
        conference.participants.retain(|one| one.call_sid != call_sid);
        if conference.joined_count() >= conference.max_participants as usize {
            return Err(JoinError::Full);
        }
        conference.first_call.get_or_insert_with(|| call_sid.to_owned());
        let one = participant(request, call_sid, at);
        conference.participants.push(one.clone());
        conference.updated = at;
        conference_event(net, conference, "participant-join", Some(&one), vec![], at);
        let starts = conference.status == "init"
            && conference.joined_count() >= 2
            && conference
                .participants
                .iter()
                .any(|one| one.start_on_enter && !one.ringing);
        if starts {
            conference.status = "in-progress";
            conference_event(net, conference, "conference-start", None, vec![], at);
        }
        let joined = Joined {
            conference: conference.sid.clone(),
            started: conference.status == "in-progress",
        };
        let record = conference.record.clone().filter(|_| starts);
        let others: Vec<String> = conference
            .participants
            .iter()
            .filter(|one| starts && one.call_sid != call_sid)
            .map(|one| one.call_sid.clone())
            .collect();
        for other in others {
            if let Some(call) = state.call(&other) {
                call.send(Control::Conference(ConferenceEvent::Started));
            }
        }
        if let Some(call) = state.call_mut(call_sid) {
            call.conference = Some(joined.conference.clone());
        }
        (joined, record)
    };
    if let Some(options) = record {
        let options = RecordingOptions {
            conference_sid: Some(joined.conference.clone()),
            ..options
        };
        recorder::start(net, options, at);
    }
    Ok(joined)
}

/// Removes a participant. Ends the conference if it was the last one or has `end_on_exit`.
pub fn leave(net: &Arc<Switch>, conference_sid: &str, call_sid: &str, left: LeaveReason, at: DateTime<Utc>) {
    let ends = {
        let mut state = net.state();
        if let Some(call) = state.call_mut(call_sid) {
            call.conference = None;
        }
        let Some(conference) = state.conference_mut(conference_sid) else {
            return;
        };
        let Some(place) = conference.participants.iter().position(|one| one.call_sid == call_sid) else {
            return;
        };
        let participant = conference.participants.remove(place);
        conference.updated = at;
        let why = match left {
            LeaveReason::HungUp => "participant_hung_up",
            LeaveReason::ByApi | LeaveReason::Kicked => "participant_updated_via_api",
        };
        let status = match left {
            LeaveReason::HungUp => CallStatus::Completed,
            LeaveReason::ByApi | LeaveReason::Kicked => CallStatus::InProgress,
        };
        let more = vec![
            ("ParticipantCallStatus", status.as_str().to_owned()),
            ("ReasonParticipantLeft", why.to_owned()),
        ];
        conference_event(net, conference, "participant-leave", Some(&participant), more, at);
        match (participant.end_on_exit, conference.joined_count(), left) {
            (true, _, LeaveReason::Kicked) => Some(("participant-with-end-conference-on-exit-kicked", participant)),
            (true, _, _) => Some(("participant-with-end-conference-on-exit-left", participant)),
            (false, 0, LeaveReason::Kicked) => Some(("last-participant-kicked", participant)),
            (false, 0, _) => Some(("last-participant-left", participant)),
            _ => None,
        }
    };
    if let Some((reason, by)) = ends {
        end(net, conference_sid, reason, Some(&by), at);
    }
}

/// Ends a conference; the remaining legs continue with their documents.
pub fn end(net: &Arc<Switch>, conference_sid: &str, reason: &'static str, by: Option<&Participant>, at: DateTime<Utc>) {
    {
        let mut state = net.state();
        let Some(conference) = state.conference_mut(conference_sid) else {
            return;
        };
        if conference.status == "completed" {
            return;
        }
        let left = std::mem::take(&mut conference.participants);
        for participant in left.iter().filter(|participant| !participant.ringing) {
            let more = vec![
                ("ParticipantCallStatus", CallStatus::InProgress.as_str().to_owned()),
                ("ReasonParticipantLeft", "conference_ended".to_owned()),
            ];
            conference_event(net, conference, "participant-leave", Some(participant), more, at);
        }
        conference.status = "completed";
        conference.updated = at;
        conference.reason_ended = Some(reason);
        conference.ended_by = by.map(|by| by.call_sid.clone());
        let mut more = vec![("ReasonConferenceEnded", reason.to_owned())];
        if let Some(by) = by {
            more.push(("CallSidEndingConference", by.call_sid.clone()));
            if let Some(label) = &by.label {
                more.push(("ParticipantLabelEndingConference", label.clone()));
            }
        }
        conference_event(net, conference, "conference-end", None, more, at);
        for participant in &left {
            if let Some(call) = state.call_mut(&participant.call_sid) {
                call.conference = None;
                call.send(if participant.ringing {
                    Control::End(Ending {
                        status: CallStatus::Canceled,
                        by: "api",
                    })
                } else {
                    Control::Conference(ConferenceEvent::Over)
                });
            }
        }
    }
    recorder::stop_conference(net, conference_sid, at);
}
