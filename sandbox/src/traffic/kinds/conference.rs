//! Conference that connects a team member to a call that the AI answered.

use super::script::Script;
use crate::twilio::params::{LegParams, Params, rfc_2822};

/// A conference. Its events are numbered across all participants.
pub(super) struct Conference {
    sid: String,
    name: String,
    next_sequence: u32,
}

/// A participant of a conference.
#[derive(Clone, Copy)]
pub(super) struct Participant<'a> {
    pub leg: &'a LegParams,
    /// `ParticipantLabel`.
    pub label: &'static str,
    /// `EndConferenceOnExit`.
    pub ends_on_exit: bool,
}

impl Script<'_> {
    /// The conference of this call, without participants.
    pub fn conference(&self) -> Conference {
        Conference {
            sid: self.mint.sid("CF", "conference"),
            name: format!("call-{}", self.call_sid),
            next_sequence: 1,
        }
    }

    /// A participant joins.
    pub fn joins(&mut self, conference: &mut Conference, participant: Participant) {
        self.participant_event(conference, "participant-join", participant, false, &[]);
    }

    /// The conference starts, with its second participant.
    pub fn conference_starts(&mut self, conference: &mut Conference) {
        self.conference_event(conference, "conference-start", Params::default());
    }

    /// A participant is put on hold or resumed.
    pub fn holds(&mut self, conference: &mut Conference, participant: Participant, on: bool) {
        let event = if on { "participant-hold" } else { "participant-unhold" };
        self.participant_event(conference, event, participant, on, &[]);
    }

    /// A participant leaves for this reason.
    pub fn leaves(&mut self, conference: &mut Conference, participant: Participant, reason: &str) {
        let about = [
            ("ParticipantCallStatus", "completed"),
            ("ReasonParticipantLeft", reason),
        ];
        self.participant_event(conference, "participant-leave", participant, false, &about);
    }

    /// The conference ends because this participant left.
    pub fn conference_ends(&mut self, conference: &mut Conference, participant: Participant) {
        let params = Params::default()
            .with("CallSidEndingConference", &participant.leg.sid)
            .with("ParticipantLabelEndingConference", participant.label)
            .with("ReasonConferenceEnded", "participant-with-end-conference-on-exit-left")
            .with("Reason", "Participant with endConferenceOnExit left");
        self.conference_event(conference, "conference-end", params);
    }

    fn participant_event(
        &mut self,
        to: &mut Conference,
        event: &str,
        participant: Participant,
        hold: bool,
        about: &[(&str, &str)],
    ) {
        let params = Params::default()
            .with("CallSid", &participant.leg.sid)
            .with("ParticipantLabel", participant.label)
            .with("Muted", false)
            .with("Hold", hold)
            .with("Coaching", false)
            .with("EndConferenceOnExit", participant.ends_on_exit)
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
