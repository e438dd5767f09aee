//! One leg: what Twilio calls a Call, and everything that happened in it.

use super::Listener;
use crate::audio::Voice;
use crate::network::horizon::Horizon;
use crate::network::line::Control;
use crate::network::person::{Act, Verdict};
use crate::twilio::params::{CallStatus, Leg};
use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use std::sync::Arc;
use tokio::sync::mpsc;

/// A leg, alive or over.
pub struct Call {
    /// Who, to whom, which way; and the count of its callbacks.
    pub leg: Leg,
    /// Where it is in its life.
    pub status: CallStatus,
    /// When it was asked for.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub updated: DateTime<Utc>,
    /// When it was answered.
    pub answered: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
    /// Who ended it: `caller`, `twiml`, `api`, `peer`, `error`, ...
    pub ended_by: Option<&'static str>,
    /// What answered, if somebody asked.
    pub answered_by: Option<String>,
    /// The account's number that it belongs to.
    pub number_sid: Option<String>,
    /// Somebody types for whoever calls.
    pub typed: bool,
    /// Who does, if that was said.
    pub typist: Option<String>,
    /// How long it waited to be placed, in milliseconds.
    pub queue_ms: i64,
    /// Who is told of its progress.
    pub listener: Option<Listener>,
    /// The leg with which it talks.
    pub peer: Option<String>,
    /// The conference in which it sits.
    pub conference: Option<String>,
    /// What was heard on it.
    pub sounds: Vec<Utterance>,
    /// How far that is settled.
    pub horizon: Horizon,
    /// Its story, for people.
    pub moments: Vec<Moment>,
    /// Every request that was made for it.
    pub requests: Vec<Request>,
    /// What went wrong in its documents: Twilio's number and a text.
    pub errors: Vec<(u32, String)>,
    /// How the person at its end liked it, once it is over.
    pub verdict: Option<Verdict>,
    /// The way to its task, while it lives.
    pub controls: Option<mpsc::UnboundedSender<Control>>,
    /// The way to the person's mouth, for those who type.
    pub mouth: Option<mpsc::UnboundedSender<Act>>,
}

impl Call {
    /// Tells its task something. Nothing happens if it is over.
    pub fn send(&self, control: Control) {
        if let Some(controls) = &self.controls {
            // A task that has just ended no longer listens.
            let _ = controls.send(control);
        }
    }

    /// Whether somebody can be heard on it.
    #[must_use]
    pub fn is_in_progress(&self) -> bool {
        self.status == CallStatus::InProgress
    }
}

/// Which way a sound goes, as seen from Twilio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Track {
    /// From the person at the end of the leg.
    Inbound,
    /// To them.
    Outbound,
}

/// What a sound is made of.
#[derive(Debug, Clone)]
pub enum Sound {
    /// Words.
    Words {
        /// Which.
        text: String,
        /// Whose voice.
        voice: Voice,
    },
    /// A file that was played.
    Samples(Arc<Vec<i16>>),
    /// Silence of a length, in milliseconds.
    Silence(i64),
    /// The tone before a message.
    Beep,
    /// Music, until it is cut.
    Music,
}

/// A sound on a leg, from one moment to another.
#[derive(Debug, Clone)]
pub struct Utterance {
    /// The same wherever the sound is heard.
    pub id: u64,
    /// Which way.
    pub track: Track,
    /// When it begins.
    pub at: DateTime<Utc>,
    /// When it ends; before its whole length if it was cut.
    pub until: DateTime<Utc>,
    /// What it is.
    pub sound: Sound,
}

/// One request that was made for a call, as in `Calls/{Sid}/Events.json`.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Where to.
    pub url: String,
    /// What was told.
    pub parameters: Vec<(String, String)>,
    /// When it was answered, or given up.
    pub at: DateTime<Utc>,
    /// How long that took, in milliseconds of the world.
    pub took_ms: u64,
    /// The status; `None` if there was no answer.
    pub status: Option<u16>,
    /// What kind of answer.
    pub content_type: String,
    /// The answer.
    pub body: String,
}

/// Something that happened in a call.
#[derive(Debug, Clone, Serialize)]
pub struct Moment {
    /// When, by the network's clock.
    #[serde(serialize_with = "millis")]
    pub at: DateTime<Utc>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What can happen in a call, told from the end of the person.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The call is now in this state.
    Status {
        /// Twilio's word.
        status: &'static str,
    },
    /// The person said something.
    Said {
        /// The words.
        text: String,
        /// How sure recognition is, 0 to 1.
        confidence: f64,
    },
    /// The person is waited for: their words or keys are listened to.
    Listening,
    /// The person pressed a key.
    Pressed {
        /// Which.
        key: String,
    },
    /// The person heard something.
    Heard {
        /// Who spoke: `twiml`, `stream`, or a call's identifier.
        from: String,
        /// The words.
        text: String,
    },
    /// What was being said to the person was cut short by them.
    Interrupted,
    /// Something was played.
    Played {
        /// Where from, or what.
        sound: String,
    },
    /// The service was asked for a document or told something.
    Asked {
        /// What for: `document`, `status`, `recording`, ...
        why: &'static str,
        /// Where.
        url: String,
        /// The status; none if there was no answer.
        status: Option<u16>,
        /// In milliseconds of the world.
        took_ms: u64,
    },
    /// Something about a recording.
    Recording {
        /// Which.
        sid: String,
        /// Twilio's word.
        status: &'static str,
    },
    /// Something about a media stream.
    Stream {
        /// Which.
        sid: String,
        /// Twilio's word: `stream-started`, `stream-stopped`, `stream-error`.
        event: &'static str,
    },
    /// Something happened around the person: `joined`, `held`, `unheld`, `connected`, `redirected`, ...
    Occasion {
        /// Which.
        name: &'static str,
    },
    /// A document was wrong, or there was none.
    Error {
        /// Twilio's number.
        code: u32,
        /// What.
        message: String,
    },
    /// What the person expected did not happen.
    Disappointed {
        /// What was expected.
        why: String,
    },
}

fn millis<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}
