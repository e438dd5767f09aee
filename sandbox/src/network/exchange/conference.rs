//! A conference and who sits in it.

use super::{Listener, Utterance};
use crate::network::recorder::Wanted;
use chrono::{DateTime, Utc};

/// `Conferences`: <https://www.twilio.com/docs/voice/api/conference-resource>.
#[derive(Debug, Clone)]
pub struct Conference {
    /// `CF...`
    pub sid: String,
    /// The name in TwiML.
    pub friendly_name: String,
    /// `init`, `in-progress`, `completed`.
    pub status: &'static str,
    /// When the first one came.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub updated: DateTime<Utc>,
    /// Who is told what happens: the first participant decided.
    pub listener: Option<Listener>,
    /// The next `SequenceNumber`.
    pub next_sequence: u32,
    /// Who sits in it now.
    pub participants: Vec<Participant>,
    /// Why it ended.
    pub reason_ended: Option<&'static str>,
    /// Whose leaving ended it.
    pub ended_by: Option<String>,
    /// What was heard in it.
    pub sounds: Vec<Utterance>,
    /// At most so many.
    pub max_participants: u32,
    /// The leg that came first.
    pub first_call: Option<String>,
    /// Recorded from when it begins.
    pub record: Option<Wanted>,
}

/// One that sits in a conference.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "the properties are Twilio's own")]
pub struct Participant {
    /// Their leg.
    pub call_sid: String,
    /// Their name in the conference.
    pub label: Option<String>,
    /// Not heard by the others.
    pub muted: bool,
    /// Neither hears nor is heard.
    pub hold: bool,
    /// Heard only by the one who is coached.
    pub coaching: bool,
    /// Who is coached.
    pub coached: Option<String>,
    /// The conference ends with them.
    pub end_on_exit: bool,
    /// The conference begins with them.
    pub start_on_enter: bool,
    /// Whether the others hear a tone when they come.
    pub beep: bool,
    /// When they came.
    pub created: DateTime<Utc>,
    /// When something about them last changed.
    pub updated: DateTime<Utc>,
    /// Still being called.
    pub ringing: bool,
}

impl Conference {
    /// Who hears this participant, besides a recording.
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

    /// Whether a recording of the conference hears this participant.
    #[must_use]
    pub fn is_heard(&self, speaker: &str) -> bool {
        self.participants
            .iter()
            .any(|one| one.call_sid == speaker && !one.muted && !one.hold && !one.coaching)
    }

    /// Who sits in it, by call or by label.
    pub fn participant_mut(&mut self, who: &str) -> Option<&mut Participant> {
        self.participants
            .iter_mut()
            .find(|one| one.call_sid == who || one.label.as_deref() == Some(who))
    }

    /// How many have come.
    #[must_use]
    pub fn seated(&self) -> usize {
        self.participants.iter().filter(|one| !one.ringing).count()
    }
}
