//! A running or ended recording.

use crate::network::faults::MediaFault;
use crate::network::webhook::Listener;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

/// What to record.
#[derive(Debug, Clone)]
pub struct RecordingOptions {
    pub call_sid: String,
    pub conference_sid: Option<String>,
    /// 1 or 2.
    pub channels: u16,
    /// `RecordVerb`, `DialVerb`, `StartCallRecordingAPI`, ...
    pub source: &'static str,
    /// `both`, `inbound` or `outbound`.
    pub track: &'static str,
    /// Removes silence at both ends.
    pub trim: bool,
    pub listener: Option<Listener>,
}

/// A recording: <https://www.twilio.com/docs/voice/api/recording>.
#[derive(Debug, Clone)]
pub struct Recording {
    /// `RE...`
    pub sid: String,
    /// For a conference, the call SID of its first participant.
    pub call_sid: String,
    pub conference_sid: Option<String>,
    pub status: RecordingStatus,
    /// 1 or 2.
    pub channels: u16,
    /// `RecordVerb`, `DialVerb`, `Conference`, `StartCallRecordingAPI`, ...
    pub source: &'static str,
    /// `both`, `inbound` or `outbound`.
    pub track: &'static str,
    pub started: DateTime<Utc>,
    pub ended: Option<DateTime<Utc>>,
    pub updated: DateTime<Utc>,
    pub pauses: Vec<Paused>,
    /// Removes silence at both ends.
    pub trim: bool,
    pub listener: Option<Listener>,
    /// WAV file, once processed.
    pub media: Option<Bytes>,
    pub duration_s: Option<u64>,
    /// When it was processed.
    pub completed: Option<DateTime<Utc>>,
    /// The faults of media that were injected when it was processed.
    pub fault: MediaFault,
    pub deleted: bool,
}

/// A pause of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paused {
    pub from: DateTime<Utc>,
    /// `None` while the pause lasts.
    pub until: Option<DateTime<Utc>>,
    /// Removed from the audio instead of recorded as silence.
    pub skip: bool,
}

/// Status of a recording, with Twilio's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingStatus {
    InProgress,
    Paused,
    Stopped,
    Processing,
    Completed,
    Absent,
}

impl RecordingStatus {
    /// The value on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "in-progress",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Absent => "absent",
        }
    }
}

impl Recording {
    /// Whether it can be paused and stopped.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.status, RecordingStatus::InProgress | RecordingStatus::Paused)
    }

    /// Duration without skipped pauses; `None` while it runs.
    #[must_use]
    pub fn length(&self) -> Option<TimeDelta> {
        let ended = self.ended?;
        let skipped: TimeDelta = self
            .pauses
            .iter()
            .filter(|pause| pause.skip)
            .map(|pause| pause.until.unwrap_or(ended) - pause.from)
            .sum();
        Some((ended - self.started - skipped).max(TimeDelta::zero()))
    }
}
