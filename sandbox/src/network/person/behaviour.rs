//! What somebody does when they are called.

use super::{Person, Step};
use crate::audio::Voice;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How somebody behaves when their telephone rings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// What they do about it.
    pub picks: Picks,
    /// How long it rings first, in seconds.
    pub after_s: f64,
    /// What they do once they have answered.
    pub steps: Vec<Step>,
    /// Somebody types for them; there are no steps then.
    pub typed: bool,
    /// `AnsweredBy` if somebody asks: `human`, `machine_start`, `machine_end_beep`, `fax`, `unknown`, ...
    pub machine: String,
    /// Whose voice it is in recordings: `caller`, `ai` or `person` [default: by how the call came about].
    pub voice: Option<String>,
}

/// What somebody does when their telephone rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Picks {
    /// Answers.
    Up,
    /// Is on another call.
    Busy,
    /// Lets it ring.
    Nothing,
    /// Cannot be reached at all.
    Failed,
}

impl Default for Behaviour {
    /// Answers after two seconds and listens.
    fn default() -> Self {
        Self {
            picks: Picks::Up,
            after_s: 2.0,
            steps: vec![],
            typed: false,
            machine: "human".to_owned(),
            voice: None,
        }
    }
}

impl Behaviour {
    /// The person, from the moment they are called.
    #[must_use]
    pub fn person(&self, now: DateTime<Utc>) -> Person {
        if self.typed {
            Person::live(now)
        } else {
            Person::with_script(&self.steps, now)
        }
    }

    /// A browser that is not there.
    #[must_use]
    pub fn absent() -> Self {
        Self {
            picks: Picks::Nothing,
            after_s: 0.0,
            ..Self::default()
        }
    }

    /// An error if it cannot be acted out.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), String> {
        if !(0.0..=3_600.0).contains(&self.after_s) {
            return Err("`after_s` is in seconds, from 0 to an hour".to_owned());
        }
        self.voice().map(drop)?;
        self.steps.iter().try_for_each(|step| step.read().map(drop))
    }

    /// The voice that was asked for.
    ///
    /// # Errors
    /// If it is none of the three.
    pub fn voice(&self) -> Result<Option<Voice>, String> {
        let Some(word) = &self.voice else { return Ok(None) };
        match Voice::ALL.into_iter().find(|voice| voice.as_str() == word) {
            Some(voice) => Ok(Some(voice)),
            None => Err("`voice` is caller, ai or person".to_owned()),
        }
    }
}
