//! Conference participants: <https://www.twilio.com/docs/voice/api/conference-participant-resource>.

use super::params::Params;
use super::send::Ask;
use super::{CallProgress, TwilioError, TwilioRest};
use domain::Personal;
use reqwest::Method;
use serde::Deserialize;

/// A participant resource.
#[derive(Clone, Debug, Deserialize)]
pub struct Participant {
    pub call_sid: String,
    pub conference_sid: String,
    /// Label that can identify the participant instead of the `CallSid`.
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub muted: bool,
    /// Hears hold music and is not heard.
    #[serde(default)]
    pub hold: bool,
    /// Heard only by the coached participant.
    #[serde(default)]
    pub coaching: bool,
    /// `queued connecting ringing connected complete failed`
    #[serde(default)]
    pub status: Option<String>,
}

/// Parameters of a participant to dial into a conference.
#[derive(Clone, Debug, Default)]
pub struct NewParticipant {
    /// Caller ID: one of our numbers in E.164, or `client:<identity>`.
    pub from: Option<Personal<String>>,
    /// E.164, or `client:<identity>`.
    pub to: Option<Personal<String>>,
    /// Label that identifies the participant later; must not contain personal data.
    pub label: Option<String>,
    /// Status callback of the leg.
    pub status_callback: Option<String>,
    pub status_callback_events: Vec<CallProgress>,
    /// Status callback of the conference. Only that of the first participant takes effect.
    pub conference_status_callback: Option<String>,
    /// Conference events: `start`, `end`, `join`, `leave`, `mute`, `hold`, `modify`, `announcement`, ...
    pub conference_status_callback_events: Vec<&'static str>,
    /// Ringing time in seconds.
    pub timeout_s: Option<u32>,
    pub muted: Option<bool>,
    /// TwiML played while the participant is alone in the conference; an empty string for silence, `None` for Twilio's
    /// default music.
    pub wait_url: Option<String>,
    /// Other participants hear the ringing.
    pub early_media: Option<bool>,
    /// Play a tone on join and leave.
    pub beep: Option<bool>,
    pub start_conference_on_enter: Option<bool>,
    pub end_conference_on_exit: Option<bool>,
    /// Leg to coach; only that participant hears this one.
    pub call_sid_to_coach: Option<String>,
}

/// Changes to a participant; `None` leaves a value unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParticipantUpdate {
    pub muted: Option<bool>,
    /// Hears hold music and is not heard.
    pub hold: Option<bool>,
    /// TwiML played on hold; Twilio's default music if absent.
    pub hold_url: Option<String>,
    /// TwiML played to the participant once.
    pub announce_url: Option<String>,
    /// Leg to coach; an empty string ends coaching.
    pub call_sid_to_coach: Option<String>,
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
    /// Fetches all participants of a conference.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when the conference does not exist; otherwise when Twilio does not answer.
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

    /// Dials a participant into a conference. `conference` is its SID or friendly name; it is created if it does not
    /// exist.
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer. After an error that is not
    /// [`TwilioError::is_safe_to_retry`], the participant may have been dialed.
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

    /// Fetches a participant by `CallSid` or label.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when the participant is not in the conference; otherwise when Twilio does not
    /// answer.
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

    /// Changes a participant, by `CallSid` or label.
    ///
    /// # Errors
    /// [`TwilioError::is_already_over`] when the participant has left; otherwise when Twilio rejects the request or
    /// does not answer.
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

    /// Removes a participant by `CallSid` or label, which ends the leg. Succeeds if the participant has already left.
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer.
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
