//! Conferences: coming, going, and what is done to those who sit in one.
//!
//! Shared by the legs that sit in them and by REST. Tones on coming and going are not heard, and `speaker` events are not
//! told.

mod change;

pub use change::{Change, announced, change};

use super::exchange::{Address, Conference, Exchange, Listener, Participant, State};
use super::line::{Control, Ending, Seat, conference_event};
use super::recorder::{self, Wanted};
use crate::twilio::params::CallStatus;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use thiserror::Error;

/// A seat that somebody wants.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "the properties are Twilio's own")]
pub struct Entry {
    /// The conference, by name or identifier.
    pub room: String,
    /// A name for the one who sits there.
    pub label: Option<String>,
    /// Not heard by the others.
    pub muted: bool,
    /// The leg to be coached.
    pub coached: Option<String>,
    /// The conference ends with this one.
    pub end_on_exit: bool,
    /// The conference begins with this one.
    pub start_on_enter: bool,
    /// Whether a tone is wanted.
    pub beep: bool,
    /// At most so many.
    pub max_participants: u32,
    /// What is heard until it begins.
    pub wait: Wait,
    /// Who is told what happens, if this one is the first.
    pub listener: Option<Listener>,
    /// The conference is recorded, if this one is the first.
    pub record: Option<Wanted>,
}

/// What is heard by one who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// Twilio's music.
    Music,
    /// Nothing.
    Silence,
    /// A file or a document of the service.
    Document(Address),
}

/// A seat that was taken.
#[derive(Debug, Clone)]
pub struct Seated {
    /// `CF...`
    pub conference: String,
    /// Whether it has begun.
    pub started: bool,
}

/// Why there is no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoSeat {
    /// It is full.
    #[error("the conference has as many participants as it may have")]
    Full,
    /// The one to be coached is not there.
    #[error("the call to be coached is not in the conference")]
    NobodyToCoach,
}

impl NoSeat {
    /// Twilio's number.
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            Self::Full => 16025,
            Self::NobodyToCoach => 13240,
        }
    }
}

/// Why somebody left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Their call ended.
    HungUp,
    /// Their call was given something else to do, or ended, by REST.
    ByApi,
    /// They were taken out.
    Kicked,
}

/// The conference that somebody wants to sit in, made if it is not there.
fn find_or_make<'a>(net: &Exchange, state: &'a mut State, entry: &Entry, at: DateTime<Utc>) -> &'a mut Conference {
    let alive = |known: &Conference| {
        known.status != "completed" && (known.friendly_name == entry.room || known.sid == entry.room)
    };
    let place = state.conferences.iter().position(alive);
    let place = place.unwrap_or_else(|| {
        state.conferences.push(Conference {
            sid: net.sid("CF"),
            friendly_name: entry.room.clone(),
            status: "init",
            created: at,
            updated: at,
            listener: entry.listener.clone(),
            next_sequence: 0,
            participants: vec![],
            reason_ended: None,
            ended_by: None,
            sounds: vec![],
            max_participants: entry.max_participants,
            first_call: None,
            record: entry.record.clone(),
        });
        state.conferences.len() - 1
    });
    &mut state.conferences[place]
}

fn participant(entry: &Entry, call_sid: &str, at: DateTime<Utc>) -> Participant {
    Participant {
        call_sid: call_sid.to_owned(),
        label: entry.label.clone(),
        muted: entry.muted,
        hold: false,
        coaching: entry.coached.is_some(),
        coached: entry.coached.clone(),
        end_on_exit: entry.end_on_exit,
        start_on_enter: entry.start_on_enter,
        beep: entry.beep,
        created: at,
        updated: at,
        ringing: false,
    }
}

/// A seat is kept for somebody who is being called. Gives the conference.
pub fn reserve(net: &Arc<Exchange>, entry: &Entry, call_sid: &str, at: DateTime<Utc>) -> String {
    let mut state = net.state();
    let conference = find_or_make(net, &mut state, entry, at);
    conference.first_call.get_or_insert_with(|| call_sid.to_owned());
    conference.participants.push(Participant {
        ringing: true,
        ..participant(entry, call_sid, at)
    });
    conference.sid.clone()
}

/// The one for whom a seat was kept does not come.
pub fn never_came(net: &Arc<Exchange>, entry: &Entry, call_sid: &str) {
    let mut state = net.state();
    let at = net.clock.now();
    let conference = find_or_make(net, &mut state, entry, at);
    let Some(place) = conference.participants.iter().position(|one| one.call_sid == call_sid) else {
        return;
    };
    let gone = conference.participants.remove(place);
    let more = vec![("ReasonParticipantLeft", "participant_hung_up".to_owned())];
    conference_event(net, conference, "participant-leave", Some(&gone), more, at);
}

/// Somebody takes a seat.
///
/// # Errors
/// [`NoSeat`].
pub fn enter(net: &Arc<Exchange>, entry: &Entry, call_sid: &str, at: DateTime<Utc>) -> Result<Seated, NoSeat> {
    let (seated, record) = {
        let mut state = net.state();
        let conference = find_or_make(net, &mut state, entry, at);
        if let Some(coached) = &entry.coached
            && !conference
                .participants
                .iter()
                .any(|one| one.call_sid == *coached && !one.ringing)
        {
            return Err(NoSeat::NobodyToCoach);
        }
        conference.participants.retain(|one| one.call_sid != call_sid);
        if conference.seated() >= conference.max_participants as usize {
            return Err(NoSeat::Full);
        }
        conference.first_call.get_or_insert_with(|| call_sid.to_owned());
        let one = participant(entry, call_sid, at);
        conference.participants.push(one.clone());
        conference.updated = at;
        conference_event(net, conference, "participant-join", Some(&one), vec![], at);
        let starts = conference.status == "init"
            && conference.seated() >= 2
            && conference
                .participants
                .iter()
                .any(|one| one.start_on_enter && !one.ringing);
        if starts {
            conference.status = "in-progress";
            conference_event(net, conference, "conference-start", None, vec![], at);
        }
        let seated = Seated {
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
                call.send(Control::Seat(Seat::Started));
            }
        }
        if let Some(call) = state.call_mut(call_sid) {
            call.conference = Some(seated.conference.clone());
        }
        (seated, record)
    };
    if let Some(wanted) = record {
        let wanted = Wanted {
            conference_sid: Some(seated.conference.clone()),
            ..wanted
        };
        recorder::start(net, wanted, at);
    }
    Ok(seated)
}

/// Somebody gives up their seat. The conference ends with the last one, and with one who ends it.
pub fn leave(net: &Arc<Exchange>, conference_sid: &str, call_sid: &str, left: Left, at: DateTime<Utc>) {
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
        let gone = conference.participants.remove(place);
        conference.updated = at;
        let why = match left {
            Left::HungUp => "participant_hung_up",
            Left::ByApi | Left::Kicked => "participant_updated_via_api",
        };
        let status = match left {
            Left::HungUp => CallStatus::Completed,
            Left::ByApi | Left::Kicked => CallStatus::InProgress,
        };
        let more = vec![
            ("ParticipantCallStatus", status.as_str().to_owned()),
            ("ReasonParticipantLeft", why.to_owned()),
        ];
        conference_event(net, conference, "participant-leave", Some(&gone), more, at);
        match (gone.end_on_exit, conference.seated(), left) {
            (true, _, Left::Kicked) => Some(("participant-with-end-conference-on-exit-kicked", gone)),
            (true, _, _) => Some(("participant-with-end-conference-on-exit-left", gone)),
            (false, 0, Left::Kicked) => Some(("last-participant-kicked", gone)),
            (false, 0, _) => Some(("last-participant-left", gone)),
            _ => None,
        }
    };
    if let Some((reason, by)) = ends {
        end(net, conference_sid, reason, Some(&by), at);
    }
}

/// Ends a conference: whoever still sits there goes on with their document.
pub fn end(
    net: &Arc<Exchange>,
    conference_sid: &str,
    reason: &'static str,
    by: Option<&Participant>,
    at: DateTime<Utc>,
) {
    {
        let mut state = net.state();
        let Some(conference) = state.conference_mut(conference_sid) else {
            return;
        };
        if conference.status == "completed" {
            return;
        }
        let left = std::mem::take(&mut conference.participants);
        for gone in left.iter().filter(|gone| !gone.ringing) {
            let more = vec![
                ("ParticipantCallStatus", CallStatus::InProgress.as_str().to_owned()),
                ("ReasonParticipantLeft", "conference_ended".to_owned()),
            ];
            conference_event(net, conference, "participant-leave", Some(gone), more, at);
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
        for gone in &left {
            if let Some(call) = state.call_mut(&gone.call_sid) {
                call.conference = None;
                call.send(if gone.ringing {
                    Control::End(Ending {
                        status: CallStatus::Canceled,
                        by: "api",
                    })
                } else {
                    Control::Seat(Seat::Over)
                });
            }
        }
    }
    recorder::stop_conference(net, conference_sid, at);
}
