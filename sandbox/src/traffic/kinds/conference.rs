//! A conference: how a person of the business comes into a call that the AI answered.

use super::script::Script;
use crate::twilio::params::{Leg, Params, rfc_2822};

/// One conference; it numbers its events over all participants.
pub(super) struct Conference {
    sid: String,
    name: String,
    next_sequence: u32,
}

/// What is true of a participant.
#[derive(Clone, Copy)]
pub(super) struct Seat<'a> {
    pub leg: &'a Leg,
    /// `ParticipantLabel`.
    pub label: &'static str,
    /// Whether the conference ends when this one leaves.
    pub ends_on_exit: bool,
}

impl Script<'_> {
    pub fn conference(&self) -> Conference {
        Conference {
            sid: self.mint.sid("CF", "conference"),
            name: format!("call-{}", self.call_sid),
            next_sequence: 1,
        }
    }

    /// Somebody joins.
    pub fn joins(&mut self, conference: &mut Conference, seat: Seat) {
        self.seat_event(conference, "participant-join", seat, false, &[]);
    }

    /// Audio flows: there are two of them.
    pub fn conference_starts(&mut self, conference: &mut Conference) {
        self.conference_event(conference, "conference-start", Params::default());
    }

    /// Somebody is put on hold, or taken off it.
    pub fn holds(&mut self, conference: &mut Conference, seat: Seat, on: bool) {
        let event = if on { "participant-hold" } else { "participant-unhold" };
        self.seat_event(conference, event, seat, on, &[]);
    }

    /// Somebody leaves, for this reason.
    pub fn leaves(&mut self, conference: &mut Conference, seat: Seat, reason: &str) {
        let about = [
            ("ParticipantCallStatus", "completed"),
            ("ReasonParticipantLeft", reason),
        ];
        self.seat_event(conference, "participant-leave", seat, false, &about);
    }

    /// The conference ends because this one left.
    pub fn conference_ends(&mut self, conference: &mut Conference, seat: Seat) {
        let params = Params::default()
            .with("CallSidEndingConference", &seat.leg.sid)
            .with("ParticipantLabelEndingConference", seat.label)
            .with("ReasonConferenceEnded", "participant-with-end-conference-on-exit-left")
            .with("Reason", "Participant with endConferenceOnExit left");
        self.conference_event(conference, "conference-end", params);
    }

    fn seat_event(&mut self, to: &mut Conference, event: &str, seat: Seat, hold: bool, about: &[(&str, &str)]) {
        let params = Params::default()
            .with("CallSid", &seat.leg.sid)
            .with("ParticipantLabel", seat.label)
            .with("Muted", false)
            .with("Hold", hold)
            .with("Coaching", false)
            .with("EndConferenceOnExit", seat.ends_on_exit)
            .with("StartConferenceOnEnter", true);
        let params = about
            .iter()
            .fold(params, |params, (name, value)| params.with(name, value));
        self.conference_event(to, event, params);
    }

    fn conference_event(&mut self, conference: &mut Conference, event: &str, about: Params) {
        let params = about
            .with("AccountSid", &self.day.account_sid)
            .with("ConferenceSid", &conference.sid)
            .with("FriendlyName", &conference.name)
            .with("StatusCallbackEvent", event)
            .with("SequenceNumber", conference.next_sequence)
            .with("Timestamp", rfc_2822(self.at()));
        conference.next_sequence += 1;
        self.post_for_call("/twilio/conference-status", &[], params);
    }
}
