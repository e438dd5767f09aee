//! What a party does when it is called.

use super::{Party, PartyEvent, Step};
use audio::Voice;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Answers of an unregistered number. They state that no real person was called.
const REPLIES: [&str; 3] = [
    "I hear you well. This is the sandbox: no real person was called.",
    "Yes, I am listening.",
    "All right.",
];

/// Behavior of a party when its phone rings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behavior {
    pub picks: RingResponse,
    /// Seconds of ringing before the response.
    pub after_s: f64,
    /// Script after the answer.
    pub steps: Vec<Step>,
    /// The party's input comes from the control endpoint; `steps` is then empty.
    pub typed: bool,
    /// `AnsweredBy` for machine detection: `human`, `machine_start`, `machine_end_beep`, `fax`, `unknown`, ...
    pub machine: String,
    /// Voice in recordings: `caller`, `ai` or `person` [default: by the direction of the call].
    pub voice: Option<String>,
}

/// Response to an incoming call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RingResponse {
    #[serde(rename = "up")]
    Answer,
    Busy,
    #[serde(rename = "nothing")]
    NoAnswer,
    /// Cannot be reached.
    Failed,
}

impl Default for Behavior {
    /// Answers after two seconds and listens.
    fn default() -> Self {
        Self {
            picks: RingResponse::Answer,
            after_s: 2.0,
            steps: vec![],
            typed: false,
            machine: "human".to_owned(),
            voice: None,
        }
    }
}

impl Behavior {
    /// Creates the party when it is called.
    #[must_use]
    pub fn party(&self, now: DateTime<Utc>) -> Party {
        if self.typed {
            Party::live(now)
        } else {
            Party::with_script(&self.steps, now)
        }
    }

    /// An unregistered number, called by a typing party: answers after two seconds, replies whenever it is spoken to,
    /// and stays until the other side hangs up.
    #[must_use]
    pub fn replying() -> Self {
        const MAX_REPLIES: usize = 100;
        const STEP_TIMEOUT_S: f64 = 3_600.0;
        let hello = Step {
            on: Some(PartyEvent::Connected),
            say: Some("Hello?".to_owned()),
            ..Step::default()
        };
        let heard = |n: usize| Step {
            when: Some(".".to_owned()),
            say: Some(REPLIES[n % REPLIES.len()].to_owned()),
            within_s: Some(STEP_TIMEOUT_S),
            ..Step::default()
        };
        Self {
            steps: std::iter::once(hello).chain((0..MAX_REPLIES).map(heard)).collect(),
            ..Self::default()
        }
    }

    /// A browser that does not answer.
    #[must_use]
    pub fn absent() -> Self {
        Self {
            picks: RingResponse::NoAnswer,
            after_s: 0.0,
            ..Self::default()
        }
    }

    /// Validates the behavior.
    ///
    /// # Errors
    /// A description of the invalid setting.
    pub fn check(&self) -> Result<(), String> {
        if !(0.0..=3_600.0).contains(&self.after_s) {
            return Err("`after_s` must be from 0 to 3600 seconds".to_owned());
        }
        self.voice().map(drop)?;
        self.steps.iter().try_for_each(|step| step.read().map(drop))
    }

    /// The configured voice.
    ///
    /// # Errors
    /// If it is not one of the three.
    pub fn voice(&self) -> Result<Option<Voice>, String> {
        let Some(word) = &self.voice else { return Ok(None) };
        match Voice::ALL.into_iter().find(|voice| voice.as_str() == word) {
            Some(voice) => Ok(Some(voice)),
            None => Err("`voice` must be caller, ai or person".to_owned()),
        }
    }
}
