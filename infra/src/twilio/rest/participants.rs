//! Who is in a conference: <https://www.twilio.com/docs/voice/api/conference-participant-resource>.

use super::params::Params;
use super::send::Ask;
use super::{CallProgress, TwilioError, TwilioRest};
use domain::Personal;
use reqwest::Method;
use serde::Deserialize;

/// Somebody in a conference, as Twilio knows them.
#[derive(Clone, Debug, Deserialize)]
pub struct Participant {
    /// Their leg.
    pub call_sid: String,
    /// The conference.
    pub conference_sid: String,
    /// The name that we gave them, by which they can be asked for in place of their leg.
    #[serde(default)]
    pub label: Option<String>,
    /// Nobody hears them.
    #[serde(default)]
    pub muted: bool,
    /// They hear music, and nobody hears them.
    #[serde(default)]
    pub hold: bool,
    /// Only the one whom they coach hears them.
    #[serde(default)]
    pub coaching: bool,
    /// `queued connecting ringing connected complete failed`
    #[serde(default)]
    pub status: Option<String>,
}

/// Somebody who is called into a conference.
#[derive(Clone, Debug, Default)]
pub struct NewParticipant {
    /// Our number that is shown, E.164, or `client:<identity>`.
    pub from: Option<Personal<String>>,
    /// Who is called: E.164, or `client:<identity>`.
    pub to: Option<Personal<String>>,
    /// A name by which they can be asked for later; not about a person.
    pub label: Option<String>,
    /// Where Twilio tells what becomes of their leg.
    pub status_callback: Option<String>,
    /// Which steps it tells.
    pub status_callback_events: Vec<CallProgress>,
    /// Where Twilio tells what happens in the conference, if this one is its first: nobody who comes later changes it.
    pub conference_status_callback: Option<String>,
    /// What it tells of the conference: `start`, `end`, `join`, `leave`, `mute`, `hold`, `modify`, `announcement`, ...
    pub conference_status_callback_events: Vec<&'static str>,
    /// How long it rings, in seconds.
    pub timeout_s: Option<u32>,
    /// Nobody hears them.
    pub muted: Option<bool>,
    /// The TwiML that they hear while they are alone in the conference; an empty text: nothing. Without it Twilio's own music.
    pub wait_url: Option<String>,
    /// Whether others hear them ring.
    pub early_media: Option<bool>,
    /// Whether a tone tells that they come and go.
    pub beep: Option<bool>,
    /// Whether the conference begins with them.
    pub start_conference_on_enter: Option<bool>,
    /// Whether the conference ends with them.
    pub end_conference_on_exit: Option<bool>,
    /// Whose leg they coach: only that one hears them.
    pub call_sid_to_coach: Option<String>,
}

/// What is to change for somebody in a conference; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParticipantUpdate {
    /// Nobody hears them.
    pub muted: Option<bool>,
    /// They hear music, and nobody hears them.
    pub hold: Option<bool>,
    /// The TwiML that they hear while they are held; without it Twilio's own music.
    pub hold_url: Option<String>,
    /// The TwiML that they hear, once.
    pub announce_url: Option<String>,
    /// Whose leg they coach; an empty one: nobody's any more.
    pub call_sid_to_coach: Option<String>,
    /// Whether the conference ends with them.
    pub end_conference_on_exit: Option<bool>,
}

impl NewParticipant {
    fn params(&self) -> Params {
        Params::new()
            .maybe("From", self.from.as_ref().and_then(Personal::text))
            .maybe("To", self.to.as_ref().and_then(Personal::text))
            .maybe("Label", self.label.as_ref())
            .maybe("StatusCallback", self.status_callback.as_ref())
            .each("StatusCallbackEvent", &self.status_callback_events)
            .maybe("ConferenceStatusCallback", self.conference_status_callback.as_ref())
            .each("ConferenceStatusCallbackEvent", &self.conference_status_callback_events)
            .maybe("Timeout", self.timeout_s)
            .maybe("Muted", self.muted)
            .maybe("WaitUrl", self.wait_url.as_ref())
            .maybe("EarlyMedia", self.early_media)
            .maybe("Beep", self.beep)
            .maybe("StartConferenceOnEnter", self.start_conference_on_enter)
            .maybe("EndConferenceOnExit", self.end_conference_on_exit)
            .maybe("Coaching", self.call_sid_to_coach.as_ref().map(|_| true))
            .maybe("CallSidToCoach", self.call_sid_to_coach.as_ref())
    }
}

impl ParticipantUpdate {
    fn params(&self) -> Params {
        let coached = self.call_sid_to_coach.as_ref();
        Params::new()
            .maybe("Muted", self.muted)
            .maybe("Hold", self.hold)
            .maybe("HoldUrl", self.hold_url.as_ref())
            .maybe("HoldMethod", self.hold_url.as_ref().map(|_| "POST"))
            .maybe("AnnounceUrl", self.announce_url.as_ref())
            .maybe("AnnounceMethod", self.announce_url.as_ref().map(|_| "POST"))
            .maybe("Coaching", coached.map(|sid| !sid.is_empty()))
            .maybe("CallSidToCoach", coached.filter(|sid| !sid.is_empty()))
            .maybe("EndConferenceOnExit", self.end_conference_on_exit)
    }
}

impl TwilioRest {
    /// Everybody in a conference.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when there is no such conference; else when Twilio does not answer.
    pub async fn participants(&self, conference_sid: &str) -> Result<Vec<Participant>, TwilioError> {
        let ask = Ask {
            resource: "participants",
            method: Method::GET,
            path: &["Conferences", conference_sid, "Participants.json"],
            params: Params::new(),
            call_sid: None,
        };
        self.all(ask, "participants").await
    }

    /// Calls somebody into a conference. `conference` is its `CF...` or its friendly name: one that does not run is made.
    ///
    /// # Errors
    /// When Twilio refuses or does not answer. After an error that is not [`TwilioError::is_safe_to_retry`], they may have
    /// been called.
    pub async fn create_participant(
        &self,
        conference: &str,
        participant: &NewParticipant,
    ) -> Result<Participant, TwilioError> {
        self.json(Ask {
            resource: "participant",
            method: Method::POST,
            path: &["Conferences", conference, "Participants.json"],
            params: participant.params(),
            call_sid: None,
        })
        .await
    }

    /// Somebody in a conference, by their leg or their label.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when they are not in it; else when Twilio does not answer.
    pub async fn participant(&self, conference_sid: &str, who: &str) -> Result<Participant, TwilioError> {
        self.json(Ask {
            resource: "participant",
            method: Method::GET,
            path: &["Conferences", conference_sid, "Participants", &format!("{who}.json")],
            params: Params::new(),
            call_sid: Some(who),
        })
        .await
    }

    /// Changes something for somebody in a conference, by their leg or their label.
    ///
    /// # Errors
    /// [`TwilioError::is_already_over`] when they left it; else when Twilio refuses or does not answer.
    pub async fn update_participant(
        &self,
        conference_sid: &str,
        who: &str,
        update: &ParticipantUpdate,
    ) -> Result<Participant, TwilioError> {
        self.json(Ask {
            resource: "participant",
            method: Method::POST,
            path: &["Conferences", conference_sid, "Participants", &format!("{who}.json")],
            params: update.params(),
            call_sid: Some(who),
        })
        .await
    }

    /// Takes somebody out of a conference, by their leg or their label; their leg ends. That they left is as good.
    ///
    /// # Errors
    /// When Twilio refuses or does not answer.
    pub async fn remove_participant(&self, conference_sid: &str, who: &str) -> Result<(), TwilioError> {
        self.removed(Ask {
            resource: "participant",
            method: Method::DELETE,
            path: &["Conferences", conference_sid, "Participants", &format!("{who}.json")],
            params: Params::new(),
            call_sid: Some(who),
        })
        .await
    }
}
