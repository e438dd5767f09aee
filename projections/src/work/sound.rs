//! What is left to do about a call's sound and words: record, fetch, write down, summarize, and after an erasure delete.

use super::queries::Kind;
use super::todo::{ToDo, Tries};
use domain::Timestamp;
use domain::call::CallEvent;
use domain::call::moment::{Moment, least};
use domain::call::value::Phase;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What made a transcript that the telephone network sent by itself: it is none of ours.
const FROM_PROVIDER: &str = "twilio";
/// So long a summary waits for the transcript of a person's part of the call, or of a message: their recordings come after
/// the end.
const OTHER_PARTS_US: i64 = 600_000_000;

/// What is known of a call's sound and words.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact by itself, and any of them may hold with any other"
)]
pub(super) struct Sound {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    recordings: BTreeMap<String, Recording>,
    /// Phases of which there is no recording, and none will come.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    without: BTreeSet<Phase>,
    /// Whether the caller heard that the call is recorded.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    announced: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    taken_over: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    voicemail: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Moment>,
    /// Phases whose words somebody wants, and which no engine of ours has written down since.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    wanted: BTreeSet<Phase>,
    /// What made transcripts, by phase.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    transcripts: BTreeMap<Phase, BTreeSet<String>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    summarized: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Recording {
    phase: Option<Phase>,
    url: Option<String>,
    channels: Option<u32>,
    duration_s: Option<u32>,
    blob_key: Option<String>,
    unavailable: bool,
    attempts: u32,
}

impl Sound {
    /// Whether an event says anything here.
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
            // The caller never spoke with a person. What is recorded by then goes on.
            E::TakeoverFailed { .. } => self.taken_over = false,
            E::RoutedToVoicemail { .. } => self.voicemail = true,
            E::CallEnded { at, told, .. } => Moment::note_earliest(&mut self.ended, Moment::new(*at, *told)),
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
                self.without.insert(*phase);
            }
            E::TranscriptionRequested { phase, .. } => {
                self.wanted.insert(*phase);
            }
            E::TranscriptReady { phase, engine, .. } => {
                if is_ours(engine) {
                    self.wanted.remove(phase);
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

    /// What is left to do.
    pub fn items(&self, tries: &Tries, erased: bool) -> Vec<ToDo> {
        let mut items: Vec<_> = self
            .recordings
            .iter()
            .filter_map(|(sid, recording)| self.about_recording(sid, recording, tries, erased))
            .collect();
        if !erased {
            items.extend(self.to_start(Phase::Ai, tries));
            items.extend(self.to_start(Phase::Human, tries));
            items.extend(self.to_summarize(tries));
        }
        items
    }

    /// A recording is to be fetched unless we have it or cannot have it, and then to be written down; after an erasure it
    /// is to be deleted instead, which its being unavailable then confirms.
    fn about_recording(&self, sid: &str, recording: &Recording, tries: &Tries, erased: bool) -> Option<ToDo> {
        let kind = match recording {
            _ if recording.unavailable => return None,
            // Also what we never fetched: it is still at Twilio.
            _ if erased => Kind::DeleteRecording,
            Recording { blob_key: Some(_), .. } if !self.is_written_down(recording.phase?) => Kind::Transcribe,
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
        tries.item(kind, sid, Timestamp::default(), detail)
    }

    /// Whether one of our own engines made a transcript of the phase's sound.
    fn is_written_down(&self, phase: Phase) -> bool {
        let engines = self.transcripts.get(&phase);
        !self.wanted.contains(&phase) && engines.is_some_and(|engines| engines.iter().any(|it| is_ours(it)))
    }

    /// The recordings of a phase.
    pub fn recordings_of(&self, phase: Phase) -> impl Iterator<Item = &str> {
        let is_of = move |(_, recording): &(&String, &Recording)| recording.phase == Some(phase);
        self.recordings.iter().filter(is_of).map(|(sid, _)| sid.as_str())
    }

    /// A part of the call is to be recorded when it has begun and is not over, and the caller was told.
    fn to_start(&self, phase: Phase, tries: &Tries) -> Option<ToDo> {
        let has_begun = match phase {
            Phase::Ai => !self.taken_over && !self.voicemail,
            Phase::Human => self.taken_over,
            Phase::Voicemail => false,
        };
        let is_there =
            self.without.contains(&phase) || self.recordings.values().any(|recording| recording.phase == Some(phase));
        if !has_begun || !self.announced || self.ended.is_some() || is_there {
            return None;
        }
        let detail = json!({ "phase": phase.as_str() });
        tries.item(Kind::StartRecording, phase.as_str(), Timestamp::default(), detail)
    }

    /// A call is summarized once it is over and somebody may have said something: to the AI, or into a recording.
    fn to_summarize(&self, tries: &Tries) -> Option<ToDo> {
        let ended = self.ended?;
        if self.summarized || (!self.announced && self.transcripts.is_empty()) {
            return None;
        }
        let lacks = |phase| !self.without.contains(&phase) && !self.transcripts.contains_key(&phase);
        let waits = (self.taken_over && lacks(Phase::Human)) || (self.voicemail && lacks(Phase::Voicemail));
        let from = if waits {
            Timestamp(ended.at.as_micros() + OTHER_PARTS_US)
        } else {
            Timestamp::default()
        };
        tries.item(Kind::Summarize, "", from, json!({}))
    }
}

fn is_ours(engine: &str) -> bool {
    engine != FROM_PROVIDER
}
