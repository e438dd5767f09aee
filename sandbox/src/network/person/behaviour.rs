//! What somebody does when they are called.

use super::{Occasion, Person, Step};
use crate::audio::Voice;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What somebody says of whom nothing was said: nothing that would pass for a person.
const ANSWERS: [&str; 3] = [
    "I hear you well. This is the sandbox: nobody real was called.",
    "Yes, I am listening.",
    "All right.",
];

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

    /// Somebody of whom nothing was said, and who is called by a person who types: they answer after two seconds, say so
    /// each time when something was said to them, and stay until the other side hangs up.
    #[must_use]
    pub fn talks() -> Self {
        const MANY: usize = 100;
        const PATIENCE_S: f64 = 3_600.0;
        let hello = Step {
            on: Some(Occasion::Connected),
            say: Some("Hello?".to_owned()),
            ..Step::default()
        };
        let heard = |n: usize| Step {
            when: Some(".".to_owned()),
            say: Some(ANSWERS[n % ANSWERS.len()].to_owned()),
            within_s: Some(PATIENCE_S),
            ..Step::default()
        };
        Self {
            steps: std::iter::once(hello).chain((0..MANY).map(heard)).collect(),
            ..Self::default()
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
