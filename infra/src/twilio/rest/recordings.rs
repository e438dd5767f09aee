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

/// Parameters of a new recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartRecording {
    /// Twilio's default is mono.
    pub channels: Option<Channels>,
    /// Twilio's default is both.
    pub track: Option<Track>,
    pub status_callback: Option<String>,
    /// Reported events; if empty, only completion.
    pub status_callback_events: Vec<RecordingEvent>,
    /// Trim silence at both ends. Twilio's default is to trim, which shifts transcript times relative to the call.
    pub trim_silence: Option<bool>,
}

/// Channels of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// All parties mixed.
    Mono,
    /// The two sides of the call separately.
    Dual,
}

/// Recorded direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    /// Audio from the leg to Twilio.
    Inbound,
    /// Audio from Twilio to the leg.
    Outbound,
    Both,
}

/// Recording events that Twilio can report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingEvent {
    InProgress,
    /// The audio is ready.
    Completed,
    /// Nothing was recorded.
    Absent,
}

/// Change to a running recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingUpdate {
    /// Pause; the pause is omitted from the audio.
    Pause,
    /// Pause; the pause becomes silence, so times in the recording stay those of the call.
    PauseWithSilence,
    Resume,
    Stop,
}

/// A recording resource.
#[derive(Clone, Debug, Deserialize)]
pub struct Recording {
    /// `RE...`
    pub sid: String,
    /// Always the parent leg of the call.
    #[serde(default)]
    pub call_sid: Option<String>,
    /// Set for a recording of a conference.
    #[serde(default)]
    pub conference_sid: Option<String>,
    pub status: RecordingStatus,
    /// Duration in seconds; `None` while it is in progress.
    #[serde(default, rename = "duration", deserialize_with = "fields::seconds")]
    pub duration_s: Option<u32>,
    #[serde(default, deserialize_with = "fields::number")]
    pub channels: Option<u32>,
    #[serde(default, deserialize_with = "fields::moment")]
    pub start_time: Option<Timestamp>,
    /// Reason of a failure (<https://www.twilio.com/docs/api/errors>).
    #[serde(default, deserialize_with = "fields::number")]
    pub error_code: Option<u32>,
    #[serde(default)]
    price: Option<String>,
    #[serde(default)]
    price_unit: Option<String>,
}

/// Status of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordingStatus {
    InProgress,
    Paused,
    /// Ended, audio not ready.
    Stopped,
    Processing,
    /// The audio is ready.
    Completed,
    /// Nothing was recorded.
    Absent,
    /// The audio was deleted.
    Deleted,
    Failed,
    /// A status unknown to this version.
    #[serde(other)]
    Other,
}

impl Recording {
    /// Cost of the recording; `None` until Twilio has priced it.
    #[must_use]
    pub fn cost(&self) -> Option<Money> {
        fields::cost(self.price.as_deref(), self.price_unit.as_deref())
    }
}

impl Channels {
    /// Number of channels.
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
    /// Starts recording a call.
    ///
    /// # Errors
    /// [`TwilioError::is_not_in_progress`] before the call is answered and after its end; otherwise when Twilio rejects
    /// the request or does not answer. After an error that is not [`TwilioError::is_safe_to_retry`], it may have
    /// started.
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
    /// [`TwilioError::is_already_over`] when the recording has ended; otherwise when Twilio rejects the request or does
    /// not answer.
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

    /// Fetches the recordings of a call.
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer.
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

    /// Fetches a recording.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when it does not exist; otherwise when Twilio does not answer.
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

    /// Deletes a recording at Twilio. Succeeds if it does not exist.
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer.
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
