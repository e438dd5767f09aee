//! A recording, while it runs and afterwards.

use super::Listener;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

/// `Recordings`: <https://www.twilio.com/docs/voice/api/recording>.
#[derive(Debug, Clone)]
pub struct Recording {
    /// `RE...`
    pub sid: String,
    /// The leg; of a conference, the first one in it.
    pub call_sid: String,
    /// The conference, if that is recorded.
    pub conference_sid: Option<String>,
    /// Where it is in its life.
    pub status: RecordingStatus,
    /// 1 or 2.
    pub channels: u16,
    /// Which verb or request made it.
    pub source: &'static str,
    /// `both`, `inbound` or `outbound`.
    pub track: &'static str,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it was stopped.
    pub ended: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated: DateTime<Utc>,
    /// Its pauses.
    pub pauses: Vec<Paused>,
    /// Whether silence at both ends is taken away.
    pub trim: bool,
    /// Who is told.
    pub listener: Option<Listener>,
    /// The sound, once it is processed.
    pub media: Option<Bytes>,
    /// How long it is, in seconds.
    pub duration_s: Option<u64>,
    /// When it was processed.
    pub completed: Option<DateTime<Utc>>,
    /// Somebody deleted it.
    pub deleted: bool,
}

/// A pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paused {
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when; it still lasts without.
    pub until: Option<DateTime<Utc>>,
    /// Left out, rather than recorded as silence.
    pub skip: bool,
}

/// The life of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Twilio's own")]
pub enum RecordingStatus {
    InProgress,
    Paused,
    Stopped,
    Processing,
    Completed,
    Absent,
}

impl RecordingStatus {
    /// Twilio's word.
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

    /// How long it is, as far as that is known: without the pauses that are left out.
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
