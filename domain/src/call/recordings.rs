//! [`Recordings`]: the recordings and transcripts of a call, and the stage of each.

use super::event::CallEvent;
use super::observed_at::least;
use super::value::{Phase, text_enum};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The engine of a transcript that the provider made on its own.
const PROVIDER_ENGINE: &str = "twilio";

/// The effect of storing a recording, as named in `EffectFailed`.
const ARCHIVE: &str = "archive_recording";
/// The effect of transcribing a recording.
const TRANSCRIBE: &str = "transcribe";

/// The reason of a recording that is unavailable because its call was erased.
pub const DELETED: &str = "erased";

/// Recordings and transcripts. The order of events does not matter, but for pauses and requests by users.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Recordings {
    /// By `RecordingSid`.
    pub by_sid: BTreeMap<String, Recording>,
    /// Phases for which recording failed before it had a `RecordingSid`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Unavailable>))]
    pub failed: BTreeMap<Phase, Unavailable>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Transcript>))]
    pub transcripts: BTreeMap<Phase, Transcript>,
}

/// A recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = RecordingState))]
pub struct Recording {
    pub phase: Phase,
    pub paused: bool,
    /// Where the provider offers it.
    pub url: Option<String>,
    pub duration_s: Option<u32>,
    /// 1 or 2.
    pub channels: Option<u32>,
    pub archived: Option<Archived>,
    pub unavailable: Option<Unavailable>,
}

text_enum! {
    /// How far a recording has come.
    RecordingStage {
        Recording = "recording",
        Paused = "paused",
        /// It can be downloaded from the provider.
        Ready = "ready",
        /// It is in the blob store.
        Archived = "archived",
        /// It could not be obtained, or it was deleted.
        Unavailable = "unavailable",
    }
}

/// A recording in the blob store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ArchivedRecording))]
pub struct Archived {
    pub key: String,
    pub bytes: u64,
    /// SHA-256 of the content, lower-case hex.
    pub sha256: String,
    pub content_type: String,
}

/// Why there is no recording.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = UnavailableRecording))]
pub struct Unavailable {
    pub reason: String,
    pub attempts: u32,
}

/// The transcripts of a phase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TranscriptState))]
#[serde(default)]
pub struct Transcript {
    /// What produced a transcript.
    pub engines: BTreeSet<String>,
    /// Why a transcription failed.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub failures: BTreeSet<String>,
    /// Whether a requested transcript is still missing.
    pub wanted: bool,
}

impl Recording {
    /// A recording of which nothing else is known.
    #[must_use]
    pub const fn new(phase: Phase) -> Self {
        Self {
            phase,
            paused: false,
            url: None,
            duration_s: None,
            channels: None,
            archived: None,
            unavailable: None,
        }
    }

    /// The stage; the latest one that any event reported.
    #[must_use]
    pub fn stage(&self) -> RecordingStage {
        match self {
            Self {
                unavailable: Some(unavailable),
                ..
            } if unavailable.reason == DELETED => RecordingStage::Unavailable,
            Self { archived: Some(_), .. } => RecordingStage::Archived,
            Self {
                unavailable: Some(_), ..
            } => RecordingStage::Unavailable,
            Self { url: Some(_), .. } => RecordingStage::Ready,
            Self { paused: true, .. } => RecordingStage::Paused,
            _ => RecordingStage::Recording,
        }
    }
}

impl Recordings {
    /// Whether an event can change the recordings or transcripts.
    #[must_use]
    pub const fn concerns(event: &CallEvent) -> bool {
        use CallEvent as E;
        matches!(
            event,
            E::RecordingStarted { .. }
                | E::RecordingPaused { .. }
                | E::RecordingResumed { .. }
                | E::RecordingReady { .. }
                | E::RecordingArchived { .. }
                | E::RecordingUnavailable { .. }
                | E::TranscriptReady { .. }
                | E::TranscriptionRequested { .. }
                | E::TranscriptionFailed { .. }
                | E::EffectRetryRequested { .. }
        )
    }

    /// Applies an event.
    pub fn fold(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::RecordingStarted {
                phase, recording_sid, ..
            } => {
                self.recording(*phase, recording_sid);
            }
            E::RecordingPaused {
                phase, recording_sid, ..
            } => self.recording(*phase, recording_sid).paused = true,
            E::RecordingResumed {
                phase, recording_sid, ..
            } => self.recording(*phase, recording_sid).paused = false,
            E::RecordingReady {
                phase,
                recording_sid,
                url,
                duration_s,
                channels,
                ..
            } => {
                let recording = self.recording(*phase, recording_sid);
                recording.url = least(recording.url.take(), Some(url.clone()));
                recording.duration_s = recording.duration_s.max(*duration_s);
                recording.channels = recording.channels.max(*channels);
            }
            E::RecordingArchived {
                phase,
                recording_sid,
                key,
                bytes,
                sha256,
                content_type,
                ..
            } => {
                let archived = Archived {
                    key: key.clone(),
                    bytes: *bytes,
                    sha256: sha256.clone(),
                    content_type: content_type.clone(),
                };
                let recording = self.recording(*phase, recording_sid);
                // A result of our own job, not a callback: the last one holds.
                recording.archived = Some(archived);
            }
            E::RecordingUnavailable {
                phase,
                recording_sid,
                reason,
                attempts,
                ..
            } => {
                let reported = Unavailable {
                    reason: reason.clone(),
                    attempts: *attempts,
                };
                if let Some(sid) = recording_sid {
                    let recording = self.recording(*phase, sid);
                    recording.unavailable = Some(reported.join(recording.unavailable.take()));
                } else {
                    let joined = reported.join(self.failed.remove(phase));
                    self.failed.insert(*phase, joined);
                }
            }
            // What was given up is open again, until it succeeds or is given up again.
            E::EffectRetryRequested { effect, item, .. } if effect == ARCHIVE => {
                if let Some(recording) = self.by_sid.get_mut(item) {
                    let was_given_up = |unavailable: &mut Unavailable| unavailable.reason != DELETED;
                    recording.unavailable.take_if(was_given_up);
                }
            }
            E::TranscriptReady { phase, engine, .. } => {
                let transcript = self.transcripts.entry(*phase).or_default();
                // A transcript that the provider made by itself does not answer a request.
                transcript.wanted &= engine == PROVIDER_ENGINE;
                transcript.engines.insert(engine.clone());
            }
            E::TranscriptionRequested { phase, .. } => self.transcripts.entry(*phase).or_default().wanted = true,
            E::TranscriptionFailed { phase, reason, .. } => {
                self.transcripts
                    .entry(*phase)
                    .or_default()
                    .failures
                    .insert(reason.clone());
            }
            _ => {}
        }
    }

    fn recording(&mut self, phase: Phase, sid: &str) -> &mut Recording {
        let recording = self
            .by_sid
            .entry(sid.to_owned())
            .or_insert_with(|| Recording::new(phase));
        recording.phase = recording.phase.min(phase);
        recording
    }

    /// The recordings of a phase, with their `RecordingSid`.
    pub fn of(&self, phase: Phase) -> impl Iterator<Item = (&str, &Recording)> {
        let all = self.by_sid.iter().map(|(sid, recording)| (sid.as_str(), recording));
        all.filter(move |(_, recording)| recording.phase == phase)
    }

    /// Whether storing or transcribing a recording can be tried again: it was not done, and is still possible.
    #[must_use]
    pub fn can_be_retried(&self, effect: &str, sid: &str) -> bool {
        let Some(recording) = self.by_sid.get(sid) else {
            return false;
        };
        match effect {
            ARCHIVE => {
                let unavailable = recording.unavailable.as_ref();
                recording.archived.is_none()
                    && recording.url.is_some()
                    && unavailable.is_none_or(|unavailable| unavailable.reason != DELETED)
            }
            TRANSCRIBE => recording.archived.is_some() && !self.is_transcribed(recording.phase),
            _ => false,
        }
    }

    /// The largest archived recording of a phase, with its `RecordingSid`: what is played for the phase.
    #[must_use]
    pub fn to_play(&self, phase: Phase) -> Option<(&str, &Recording, &Archived)> {
        let archived = self
            .of(phase)
            .filter_map(|(sid, recording)| Some((sid, recording, recording.archived.as_ref()?)));
        archived.max_by_key(|(_, _, archived)| archived.bytes)
    }

    /// The phases with an archived recording.
    #[must_use]
    pub fn archived_phases(&self) -> BTreeSet<Phase> {
        let archived = self.by_sid.values().filter(|recording| recording.archived.is_some());
        archived.map(|recording| recording.phase).collect()
    }

    /// Whether the phase has a recording, or recording it failed.
    #[must_use]
    pub fn is_settled(&self, phase: Phase) -> bool {
        self.failed.contains_key(&phase) || self.of(phase).next().is_some()
    }

    /// Whether there is a transcript of the phase, by any engine.
    #[must_use]
    pub fn has_transcript(&self, phase: Phase) -> bool {
        self.transcripts
            .get(&phase)
            .is_some_and(|transcript| !transcript.engines.is_empty())
    }

    /// Whether an engine other than the provider's has transcribed the phase, and no later request is open.
    #[must_use]
    pub fn is_transcribed(&self, phase: Phase) -> bool {
        let is_ours = |engine: &String| engine != PROVIDER_ENGINE;
        let transcript = self.transcripts.get(&phase);
        transcript.is_some_and(|transcript| !transcript.wanted && transcript.engines.iter().any(is_ours))
    }
}

impl Unavailable {
    /// Joins two reports, in any order.
    fn join(self, other: Option<Self>) -> Self {
        match other {
            None => self,
            Some(other) => Self {
                reason: self.reason.min(other.reason),
                attempts: self.attempts.max(other.attempts),
            },
        }
    }
}
