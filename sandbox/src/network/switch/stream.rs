//! A running or ended media stream, and the messages between it and its leg.

use crate::network::webhook::Address;
use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

/// A media stream: <https://www.twilio.com/docs/voice/api/stream-resource>.
#[derive(Debug, Clone)]
pub struct Stream {
    /// `MZ...`
    pub sid: String,
    pub call_sid: String,
    /// Name for `<Stop>`.
    pub name: Option<String>,
    /// Whether the service may send audio.
    pub is_bidirectional: bool,
    /// Its WebSocket was opened.
    pub is_started: bool,
    /// Until it is stopped, fails, or cannot be started.
    pub is_running: bool,
    pub updated: DateTime<Utc>,
    pub listener: Option<Address>,
    /// Commands to the stream's task; ignored once it has ended.
    pub commands: mpsc::UnboundedSender<StreamCommand>,
}

impl Stream {
    /// The status on the wire.
    #[must_use]
    pub fn status(&self) -> &'static str {
        if self.is_running { "in-progress" } else { "stopped" }
    }

    /// Whether this is its SID or name.
    #[must_use]
    pub fn is_called(&self, sid_or_name: &str) -> bool {
        self.sid == sid_or_name || self.name.as_deref() == Some(sid_or_name)
    }
}

/// A command to the sending task of a stream, executed after the audio that precedes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamCommand {
    Dtmf {
        key: char,
        at: DateTime<Utc>,
    },
    /// Everything before the mark was played, or discarded.
    Mark {
        name: String,
        at: DateTime<Utc>,
    },
    Stop {
        at: DateTime<Utc>,
    },
}

impl StreamCommand {
    /// The leg's position at which it was issued.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Dtmf { at, .. } | Self::Mark { at, .. } | Self::Stop { at } => *at,
        }
    }
}

/// A message of the service in a bidirectional stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceMessage {
    /// Mu-law audio.
    Media(Vec<u8>),
    /// The name of a mark, sent back when everything before it was played.
    Mark(String),
    /// Discards buffered audio.
    Clear,
}
