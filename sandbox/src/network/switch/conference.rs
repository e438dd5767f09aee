//! A conference and its participants.

use super::call::Utterance;
use super::recording::RecordingOptions;
use crate::network::webhook::Listener;
use chrono::{DateTime, Utc};

/// A conference: <https://www.twilio.com/docs/voice/api/conference-resource>.
#[derive(Debug, Clone)]
pub struct Conference {
    /// `CF...`
    pub sid: String,
    pub friendly_name: String,
    /// `init`, `in-progress` or `completed`.
    pub status: &'static str,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    /// Set by the first participant.
    pub listener: Option<Listener>,
    pub next_sequence: u32,
    pub participants: Vec<Participant>,
    pub reason_ended: Option<&'static str>,
    /// Call SID of the participant whose leaving ended it.
    pub ended_by: Option<String>,
    pub sounds: Vec<Utterance>,
    pub max_participants: u32,
    /// Call SID of the first participant.
    pub first_call: Option<String>,
    /// Recording options, applied when the conference starts.
    pub record: Option<RecordingOptions>,
}

/// A participant of a conference.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "mirrors Twilio's properties")]
pub struct Participant {
    pub call_sid: String,
    pub label: Option<String>,
    pub muted: bool,
    /// Neither hears nor is heard.
    pub hold: bool,
    /// Heard only by the coached participant.
    pub coaching: bool,
    /// Call SID of the coached participant.
    pub coached: Option<String>,
    pub end_on_exit: bool,
    pub start_on_enter: bool,
    pub beep: bool,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    /// Still ringing, not joined.
    pub ringing: bool,
}

impl Conference {
    /// Call SIDs of the participants who hear `speaker`.
    #[must_use]
    pub fn listeners(&self, speaker: &str) -> Vec<String> {
        let Some(who) = self.participants.iter().find(|one| one.call_sid == speaker) else {
            return vec![];
        };
        if self.status != "in-progress" || who.muted || who.hold || who.ringing {
            return vec![];
        }
        self.participants
            .iter()
            .filter(|one| one.call_sid != speaker && !one.hold && !one.ringing)
            .filter(|one| !who.coaching || who.coached.as_deref() == Some(&one.call_sid))
            .map(|one| one.call_sid.clone())
            .collect()
    }

    /// Whether a recording of the conference contains this participant.
    #[must_use]
    pub fn is_heard(&self, speaker: &str) -> bool {
        self.participants
            .iter()
            .any(|one| one.call_sid == speaker && !one.muted && !one.hold && !one.coaching)
    }

    /// A participant by call SID or label.
    pub fn participant_mut(&mut self, who: &str) -> Option<&mut Participant> {
        self.participants
            .iter_mut()
            .find(|one| one.call_sid == who || one.label.as_deref() == Some(who))
    }

    /// Number of participants, without those still ringing.
    #[must_use]
    pub fn joined_count(&self) -> usize {
        self.participants.iter().filter(|one| !one.ringing).count()
    }
}
