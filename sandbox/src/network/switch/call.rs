//! One leg, which Twilio calls a Call, and its history.

use super::control::Control;
use crate::network::audio_watermark::AudioWatermark;
use crate::network::party::{PartyAction, PartyReport};
use crate::network::webhook::Listener;
use crate::twilio::params::{CallStatus, LegParams};
use audio::Voice;
use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use std::sync::Arc;
use tokio::sync::mpsc;

/// An active or ended leg.
pub struct Call {
    /// From, to, direction and the callback counter.
    pub leg: LegParams,
    pub status: CallStatus,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub answered: Option<DateTime<Utc>>,
    pub ended: Option<DateTime<Utc>>,
    /// `caller`, `twiml`, `api`, `peer`, `error`, ...
    pub ended_by: Option<&'static str>,
    /// `AnsweredBy`, if machine detection was requested.
    pub answered_by: Option<String>,
    /// The account's number that was called.
    pub number_sid: Option<String>,
    /// The party's input comes from the control endpoint.
    pub typed: bool,
    /// Identifier of the typist, if the client that placed the call set one.
    pub typist: Option<String>,
    /// Milliseconds between the request and placing the call.
    pub queue_ms: i64,
    pub listener: Option<Listener>,
    /// Call SID of the bridged leg.
    pub peer: Option<String>,
    pub conference: Option<String>,
    /// All audio of the leg, in both directions.
    pub sounds: Vec<Utterance>,
    pub watermark: AudioWatermark,
    /// Events for followers of the call.
    pub timeline: Vec<TimelineEntry>,
    /// Every request to the service about this call.
    pub requests: Vec<Request>,
    /// Twilio error code and message.
    pub errors: Vec<(u32, String)>,
    /// Set when the call has ended.
    pub report: Option<PartyReport>,
    /// Messages to the leg's task; `None` once it has ended.
    pub controls: Option<mpsc::UnboundedSender<Control>>,
    /// Input of a typing party; `None` once the call has ended.
    pub typed_actions: Option<mpsc::UnboundedSender<PartyAction>>,
}

impl Call {
    /// Sends a message to the leg's task. Does nothing if it has ended.
    pub fn send(&self, control: Control) {
        if let Some(controls) = &self.controls {
            // A task that has just ended no longer receives.
            let _ = controls.send(control);
        }
    }

    /// Whether the call is answered and not ended.
    #[must_use]
    pub fn is_in_progress(&self) -> bool {
        self.status == CallStatus::InProgress
    }
}

/// Direction of audio, as Twilio sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Track {
    /// From the party.
    Inbound,
    /// To the party.
    Outbound,
}

/// Content of an utterance.
#[derive(Debug, Clone)]
pub enum Sound {
    Words {
        text: String,
        voice: Voice,
    },
    /// 16-bit PCM at 8 kHz.
    Samples(Arc<Vec<i16>>),
    /// Milliseconds.
    Silence(i64),
    /// The tone before a message.
    Beep,
    /// Endless, until it is cut.
    Music,
}

/// A sound on a leg.
#[derive(Debug, Clone)]
pub struct Utterance {
    /// The same in every leg and conference that hears the sound.
    pub id: u64,
    pub track: Track,
    /// Start.
    pub at: DateTime<Utc>,
    /// End; earlier than the sound's duration if it was cut.
    pub until: DateTime<Utc>,
    pub sound: Sound,
}

/// One request to the service, as listed in `Calls/{Sid}/Events.json`.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    pub url: String,
    pub parameters: Vec<(String, String)>,
    /// When it was answered or failed.
    pub at: DateTime<Utc>,
    /// Milliseconds of real time.
    pub took_ms: u64,
    /// HTTP status; `None` without an answer.
    pub status: Option<u16>,
    pub content_type: String,
    pub body: String,
}

/// One event of a call, with its time.
#[derive(Debug, Clone, Serialize)]
pub struct TimelineEntry {
    /// Network time.
    #[serde(serialize_with = "millis")]
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub event: TimelineEvent,
}

/// Events of a call, from the party's point of view.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum TimelineEvent {
    Status {
        /// `CallStatus`.
        status: &'static str,
    },
    /// The party spoke.
    Said {
        text: String,
        /// Confidence of speech recognition, 0 to 1.
        confidence: f64,
    },
    /// The service waits for speech or keys.
    Listening,
    /// The party pressed a key.
    Pressed { key: String },
    /// The party heard speech.
    Heard {
        /// `twiml`, `stream`, `network`, or a call SID.
        from: String,
        text: String,
    },
    /// The party interrupted a prompt.
    Interrupted,
    /// A prompt, music or digits were played.
    Played {
        /// URL or description.
        sound: String,
    },
    /// A request to the service.
    Asked {
        /// Purpose: `document`, `status`, `recording`, ...
        why: &'static str,
        url: String,
        /// HTTP status; `None` without an answer.
        status: Option<u16>,
        /// Milliseconds of real time.
        took_ms: u64,
    },
    Recording {
        sid: String,
        /// `RecordingStatus`.
        status: &'static str,
    },
    Stream {
        sid: String,
        /// `stream-started`, `stream-stopped` or `stream-error`.
        event: &'static str,
    },
    /// An event around the party: `joined`, `held`, `unheld`, `connected`, `redirected`, ...
    #[serde(rename = "occasion")]
    PartyEvent { name: &'static str },
    /// A document could not be fetched or executed.
    Error {
        /// Twilio's error code.
        code: u32,
        message: String,
    },
}

fn millis<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}
