//! Work items about a call's audio: record, archive, transcribe, summarize, and delete after an erasure.

use super::queries::Kind;
use super::todo::{FailedAttempts, ToDo};
use domain::Timestamp;
use domain::call::CallEvent;
use domain::call::observed_at::{ObservedAt, least};
use domain::call::value::Phase;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The `engine` of a transcript that the provider made on its own.
const PROVIDER_ENGINE: &str = "twilio";
/// Microseconds after the end that a summary waits for the transcript of the human or voicemail phase, whose recording
/// arrives after the end.
const TRANSCRIPT_WAIT_US: i64 = 600_000_000;

/// Recordings, transcripts and summary of a call.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the flags are independent of each other")]
pub(super) struct CallMedia {
    recordings: BTreeMap<String, Recording>,
    /// Phases without a recording, now and later.
    unrecorded: BTreeSet<Phase>,
    /// Whether the consent notice was played.
    announced: bool,
    taken_over: bool,
    voicemail: bool,
    ended: Option<ObservedAt>,
    /// Phases whose transcription a user requested and that have not been transcribed since.
    requested: BTreeSet<Phase>,
    /// Engines of the transcripts, by phase.
    transcripts: BTreeMap<Phase, BTreeSet<String>>,
    summarized: bool,
}

#[derive(Clone, Debug, Default)]
struct Recording {
    phase: Option<Phase>,
    url: Option<String>,
    channels: Option<u32>,
    duration_s: Option<u32>,
    blob_key: Option<String>,
    unavailable: bool,
    attempts: u32,
}

impl CallMedia {
    /// Whether an event can change this state.
    pub const fn concerns(event: &CallEvent) -> bool {
        use CallEvent as E;
        matches!(
            event,
            E::ConsentNoticePlayed { .. }
                | E::TakenOver { .. }
                | E::TakeoverFailed { .. }
                | E::RoutedToVoicemail { .. }
                | E::CallEnded { .. }
                | E::RecordingStarted { .. }
                | E::RecordingReady { .. }
                | E::RecordingArchived { .. }
                | E::RecordingUnavailable { .. }
                | E::TranscriptReady { .. }
                | E::TranscriptionRequested { .. }
                | E::CallSummarized { .. }
        )
    }

    pub fn fold(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::ConsentNoticePlayed { .. } => self.announced = true,
            E::TakenOver { .. } => self.taken_over = true,
            // The caller did not speak with a team member. A recording in progress continues.
            E::TakeoverFailed { .. } => self.taken_over = false,
            E::RoutedToVoicemail { .. } => self.voicemail = true,
            E::CallEnded { at, clock, .. } => ObservedAt::note_earliest(&mut self.ended, ObservedAt::new(*at, *clock)),
            E::RecordingStarted {
                phase, recording_sid, ..
            } => {
                self.recording(*phase, recording_sid);
            }
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
                ..
            } => {
                let recording = self.recording(*phase, recording_sid);
                recording.blob_key = least(recording.blob_key.take(), Some(key.clone()));
            }
            E::RecordingUnavailable {
                phase,
                recording_sid: Some(sid),
                attempts,
                ..
            } => {
                let recording = self.recording(*phase, sid);
                recording.unavailable = true;
                recording.attempts = recording.attempts.max(*attempts);
            }
            E::RecordingUnavailable {
                phase,
                recording_sid: None,
                ..
            } => {
                self.unrecorded.insert(*phase);
            }
            E::TranscriptionRequested { phase, .. } => {
                self.requested.insert(*phase);
            }
            E::TranscriptReady { phase, engine, .. } => {
                if is_own_engine(engine) {
                    self.requested.remove(phase);
                }
                self.transcripts.entry(*phase).or_default().insert(engine.clone());
            }
            E::CallSummarized { .. } => self.summarized = true,
            _ => {}
        }
    }

    fn recording(&mut self, phase: Phase, sid: &str) -> &mut Recording {
        let recording = self.recordings.entry(sid.to_owned()).or_default();
        recording.phase = least(recording.phase, Some(phase));
        recording
    }

    /// Whether the call is over.
    pub const fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// The work items.
    pub fn items(&self, failed_attempts: &FailedAttempts, erased: bool) -> Vec<ToDo> {
        let mut items: Vec<_> = self
            .recordings
            .iter()
            .filter_map(|(sid, recording)| self.recording_item(sid, recording, failed_attempts, erased))
            .collect();
        if !erased {
            items.extend(self.start_item(Phase::Ai, failed_attempts));
            items.extend(self.start_item(Phase::Human, failed_attempts));
            items.extend(self.summary_item(failed_attempts));
        }
        items
    }

    /// A recording is archived, unless that was done or is impossible, and then transcribed. After an erasure it is
    /// deleted instead; `RecordingUnavailable` confirms that.
    fn recording_item(
        &self,
        sid: &str,
        recording: &Recording,
        failed_attempts: &FailedAttempts,
        erased: bool,
    ) -> Option<ToDo> {
        let kind = match recording {
            _ if recording.unavailable => return None,
            // Includes recordings that were not archived: Twilio still has them.
            _ if erased => Kind::DeleteRecording,
            Recording { blob_key: Some(_), .. } if !self.is_transcribed(recording.phase?) => Kind::Transcribe,
            Recording {
                blob_key: None,
                url: Some(_),
                ..
            } => Kind::ArchiveRecording,
            _ => return None,
        };
        let detail = json!({
            "phase": recording.phase.map(Phase::as_str),
            "url": recording.url,
            "channels": recording.channels,
            "duration_s": recording.duration_s,
            "blob_key": recording.blob_key,
        });
        failed_attempts.item(kind, sid, Timestamp::default(), detail)
    }

    /// Whether an engine other than the provider's has transcribed the phase.
    fn is_transcribed(&self, phase: Phase) -> bool {
        let engines = self.transcripts.get(&phase);
        !self.requested.contains(&phase) && engines.is_some_and(|engines| engines.iter().any(|it| is_own_engine(it)))
    }

    /// The recordings of a phase.
    pub fn recordings_of(&self, phase: Phase) -> impl Iterator<Item = &str> {
        let is_of = move |(_, recording): &(&String, &Recording)| recording.phase == Some(phase);
        self.recordings.iter().filter(is_of).map(|(sid, _)| sid.as_str())
    }

    /// A phase is recorded when it has started, the call is not over and the consent notice was played.
    fn start_item(&self, phase: Phase, failed_attempts: &FailedAttempts) -> Option<ToDo> {
        let has_started = match phase {
            Phase::Ai => !self.taken_over && !self.voicemail,
            Phase::Human => self.taken_over,
            Phase::Voicemail => false,
        };
        let is_recorded = self.unrecorded.contains(&phase)
            || self.recordings.values().any(|recording| recording.phase == Some(phase));
        if !has_started || !self.announced || self.ended.is_some() || is_recorded {
            return None;
        }
        let detail = json!({ "phase": phase.as_str() });
        failed_attempts.item(Kind::StartRecording, phase.as_str(), Timestamp::default(), detail)
    }

    /// A call is summarized once it is over, if the consent notice was played or there is a transcript.
    fn summary_item(&self, failed_attempts: &FailedAttempts) -> Option<ToDo> {
        let ended = self.ended?;
        if self.summarized || (!self.announced && self.transcripts.is_empty()) {
            return None;
        }
        let lacks = |phase| !self.unrecorded.contains(&phase) && !self.transcripts.contains_key(&phase);
        let is_waiting = (self.taken_over && lacks(Phase::Human)) || (self.voicemail && lacks(Phase::Voicemail));
        let from = if is_waiting {
            Timestamp(ended.at.as_micros() + TRANSCRIPT_WAIT_US)
        } else {
            Timestamp::default()
        };
        failed_attempts.item(Kind::Summarize, "", from, json!({}))
    }
}

fn is_own_engine(engine: &str) -> bool {
    engine != PROVIDER_ENGINE
}
