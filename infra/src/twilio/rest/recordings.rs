//! Recordings of calls and conferences: <https://www.twilio.com/docs/voice/api/recording>.

use super::fields;
use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use domain::Timestamp;
use domain::money::Money;
use reqwest::Method;
use serde::Deserialize;
use std::fmt;

/// How a call shall be recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartRecording {
    /// Both sides apart or mixed; Twilio's own choice is mixed.
    pub channels: Option<Channels>,
    /// Whose voice; Twilio's own choice is both.
    pub track: Option<Track>,
    /// Where Twilio tells what becomes of it.
    pub status_callback: Option<String>,
    /// Which steps it tells; none: that it is completed.
    pub status_callback_events: Vec<RecordingEvent>,
    /// Whether silence at both ends is cut off. Twilio's own choice is that it is, and times in the transcript then no
    /// longer fit the call.
    pub trim_silence: Option<bool>,
}

/// How many channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// Everybody mixed.
    Mono,
    /// The two sides of the call apart.
    Dual,
}

/// Whose voice is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    /// What Twilio receives from the leg.
    Inbound,
    /// What Twilio sends to the leg.
    Outbound,
    /// Both.
    Both,
}

/// Steps of a recording that Twilio can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingEvent {
    /// It began.
    InProgress,
    /// It can be fetched.
    Completed,
    /// There was nothing to record.
    Absent,
}

/// What shall become of a running recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingUpdate {
    /// It rests; the pause is left out of it.
    Pause,
    /// It rests; the pause is in it, as silence, so that its times stay those of the call.
    PauseWithSilence,
    /// It goes on.
    Resume,
    /// It ends.
    Stop,
}

/// A recording, as Twilio knows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Recording {
    /// `RE...`
    pub sid: String,
    /// The call, always its parent leg.
    #[serde(default)]
    pub call_sid: Option<String>,
    /// The conference, where it is one's.
    #[serde(default)]
    pub conference_sid: Option<String>,
    /// What has become of it.
    pub status: RecordingStatus,
    /// How long it is, in seconds; nothing while it runs.
    #[serde(default, rename = "duration", deserialize_with = "fields::number")]
    pub duration_s: Option<u32>,
    /// How many channels it has.
    #[serde(default, deserialize_with = "fields::number")]
    pub channels: Option<u32>,
    /// When it began.
    #[serde(default, deserialize_with = "fields::moment")]
    pub start_time: Option<Timestamp>,
    /// Why it failed (<https://www.twilio.com/docs/api/errors>).
    #[serde(default, deserialize_with = "fields::number")]
    pub error_code: Option<u32>,
    #[serde(default)]
    price: Option<String>,
    #[serde(default)]
    price_unit: Option<String>,
}

/// What has become of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordingStatus {
    /// It runs.
    InProgress,
    /// It rests.
    Paused,
    /// It ended, and is not ready.
    Stopped,
    /// It is being made ready.
    Processing,
    /// It can be fetched.
    Completed,
    /// There was nothing to record.
    Absent,
    /// Its sound is gone.
    Deleted,
    /// It could not be made.
    Failed,
    /// A word that Twilio has learned since.
    #[serde(other)]
    Other,
}

impl Recording {
    /// What it cost, once Twilio knows.
    #[must_use]
    pub fn cost(&self) -> Option<Money> {
        fields::cost(self.price.as_deref(), self.price_unit.as_deref())
    }
}

impl Channels {
    /// How many there are.
    #[must_use]
    pub const fn count(self) -> u8 {
        match self {
            Self::Mono => 1,
            Self::Dual => 2,
        }
    }
}

impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mono => "mono",
            Self::Dual => "dual",
        })
    }
}

impl fmt::Display for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Both => "both",
        })
    }
}

impl fmt::Display for RecordingEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Absent => "absent",
        })
    }
}

impl StartRecording {
    fn params(&self) -> Params {
        let trim = self
            .trim_silence
            .map(|trim| if trim { "trim-silence" } else { "do-not-trim" });
        Params::new()
            .maybe("RecordingChannels", self.channels)
            .maybe("RecordingTrack", self.track)
            .maybe("RecordingStatusCallback", self.status_callback.as_ref())
            .each("RecordingStatusCallbackEvent", &self.status_callback_events)
            .maybe("Trim", trim)
    }
}

impl RecordingUpdate {
    fn params(self) -> Params {
        match self {
            Self::Pause => Params::new().with("Status", "paused").with("PauseBehavior", "skip"),
            Self::PauseWithSilence => Params::new().with("Status", "paused").with("PauseBehavior", "silence"),
            Self::Resume => Params::new().with("Status", "in-progress"),
            Self::Stop => Params::new().with("Status", "stopped"),
        }
    }
}

impl TwilioRest {
    /// Starts to record a call.
    ///
    /// # Errors
    /// [`TwilioError::is_not_in_progress`] before the call is picked up and after its end; else when Twilio refuses or
    /// does not answer. After an error that is not [`TwilioError::is_safe_to_retry`], it may have started.
    pub async fn start_recording(&self, call_sid: &str, recording: &StartRecording) -> Result<Recording, TwilioError> {
        self.json(Ask {
            resource: "recording",
            method: Method::POST,
            path: &["Calls", call_sid, "Recordings.json"],
            params: recording.params(),
            call_sid: Some(call_sid),
        })
        .await
    }

    /// Pauses, resumes or stops a call's recording.
    ///
    /// # Errors
    /// [`TwilioError::is_already_over`] when it is not running any more; else when Twilio refuses or does not answer.
    pub async fn update_recording(
        &self,
        call_sid: &str,
        recording_sid: &str,
        update: RecordingUpdate,
    ) -> Result<Recording, TwilioError> {
        let recording = format!("{recording_sid}.json");
        self.json(Ask {
            resource: "recording",
            method: Method::POST,
            path: &["Calls", call_sid, "Recordings", &recording],
            params: update.params(),
            call_sid: Some(call_sid),
        })
        .await
    }

    /// Pauses, resumes or stops a conference's recording.
    ///
    /// # Errors
    /// As [`TwilioRest::update_recording`].
    pub async fn update_conference_recording(
        &self,
        conference_sid: &str,
        recording_sid: &str,
        update: RecordingUpdate,
    ) -> Result<Recording, TwilioError> {
        let recording = format!("{recording_sid}.json");
        self.json(Ask {
            resource: "recording",
            method: Method::POST,
            path: &["Conferences", conference_sid, "Recordings", &recording],
            params: update.params(),
            call_sid: None,
        })
        .await
    }

    /// The recordings of a call.
    ///
    /// # Errors
    /// When Twilio refuses or does not answer.
    pub async fn recordings(&self, call_sid: &str) -> Result<Vec<Recording>, TwilioError> {
        let ask = Ask {
            resource: "recordings",
            method: Method::GET,
            path: &["Calls", call_sid, "Recordings.json"],
            params: Params::new(),
            call_sid: Some(call_sid),
        };
        self.all(ask, "recordings").await
    }

    /// The recording as Twilio knows it at this moment.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when there is none; else when Twilio does not answer.
    pub async fn recording(&self, recording_sid: &str) -> Result<Recording, TwilioError> {
        self.json(Ask {
            resource: "recording",
            method: Method::GET,
            path: &["Recordings", &format!("{recording_sid}.json")],
            params: Params::new(),
            call_sid: None,
        })
        .await
    }

    /// Removes a recording at Twilio. That there is none is as good.
    ///
    /// # Errors
    /// When Twilio refuses or does not answer.
    pub async fn delete_recording(&self, recording_sid: &str) -> Result<(), TwilioError> {
        self.removed(Ask {
            resource: "recording",
            method: Method::DELETE,
            path: &["Recordings", &format!("{recording_sid}.json")],
            params: Params::new(),
            call_sid: None,
        })
        .await
    }
}
