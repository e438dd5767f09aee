//! One step of a script, as it is written in a scenario.

use regex::Regex;
use serde::{Deserialize, Serialize};

/// One step: wait for something, then do something. Without either it is refused.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// Waits until what was heard since the last step matches this regular expression. Capitals do not matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Waits until this happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Occasion>,
    /// Says this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
    /// How sure recognition is of what is said, 0 to 1 [default: 0.92].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Presses these keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<String>,
    /// Waits so long, whatever happens, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<f64>,
    /// Is silent for so long when it is their turn, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent_s: Option<f64>,
    /// Hangs up.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hang_up: bool,
    /// How long they think first, in milliseconds [default: 600].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u32>,
    /// Does not wait for the end of what is said, but so long after its beginning, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interrupt_after_ms: Option<u32>,
    /// Does not wait for their turn.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub anytime: bool,
    /// How long they wait for it, in seconds; then they hang up, disappointed [default: 60].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_s: Option<f64>,
}

/// Something that happens around a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// They were put through to a document, or somebody picked up.
    Answered,
    /// They talk with another leg.
    Connected,
    /// They sit in a conference.
    Joined,
    /// They were put on hold.
    Held,
    /// They were taken off hold.
    Unheld,
    /// The call was given another document from outside: a take-over, mostly.
    Redirected,
    /// A recording of their leg began.
    Recorded,
}

impl Occasion {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Connected => "connected",
            Self::Joined => "joined",
            Self::Held => "held",
            Self::Unheld => "unheld",
            Self::Redirected => "redirected",
            Self::Recorded => "recorded",
        }
    }
}

/// What a step does once it may.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Nothing: to have heard it is enough.
    Listen,
    /// Waits.
    Wait(f64),
    /// Is silent on their turn.
    Silent(f64),
    /// Speaks.
    Say(String, f64),
    /// Presses keys.
    Press(String),
    /// Hangs up.
    HangUp,
}

impl Step {
    /// What it does, and its expression.
    ///
    /// # Errors
    /// If it does nothing, or more than one thing, or its expression is none.
    pub fn read(&self) -> Result<(Action, Option<Regex>), String> {
        let mut actions = Vec::new();
        if let Some(words) = &self.say {
            let confidence = self.confidence.unwrap_or(0.92);
            if words.trim().is_empty() || !(0.0..=1.0).contains(&confidence) {
                return Err("`say` needs words, and `confidence` is from 0 to 1".to_owned());
            }
            actions.push(Action::Say(words.clone(), confidence));
        }
        if let Some(keys) = &self.digits {
            if keys.is_empty() || !keys.chars().all(|key| "0123456789*#".contains(key)) {
                return Err("`digits` are keys: 0 to 9, * and #".to_owned());
            }
            actions.push(Action::Press(keys.clone()));
        }
        for (seconds, action) in [
            (self.wait_s, Action::Wait as fn(f64) -> Action),
            (self.silent_s, Action::Silent),
        ] {
            if let Some(seconds) = seconds {
                if !(0.0..=86_400.0).contains(&seconds) {
                    return Err("a time is in seconds, from 0 to a day".to_owned());
                }
                actions.push(action(seconds));
            }
        }
        if self.hang_up {
            actions.push(Action::HangUp);
        }
        if actions.is_empty() && self.when.is_none() && self.on.is_none() {
            return Err("a step waits for nothing and does nothing".to_owned());
        }
        if actions.len() > 1 {
            return Err("a step does more than one thing".to_owned());
        }
        if self
            .within_s
            .is_some_and(|seconds| !(0.0..=86_400.0).contains(&seconds))
        {
            return Err("`within_s` is in seconds, from 0 to a day".to_owned());
        }
        let expression = self.when.as_deref().map(expression).transpose()?;
        Ok((actions.pop().unwrap_or(Action::Listen), expression))
    }

    /// What it waits for, in words.
    #[must_use]
    pub fn waits_for(&self) -> String {
        match (&self.when, self.on) {
            (Some(expression), _) => format!("to hear /{expression}/"),
            (None, Some(occasion)) => format!("to be {}", occasion.as_str()),
            (None, None) => "for a turn to speak".to_owned(),
        }
    }
}

/// A regular expression that does not distinguish capitals.
///
/// # Errors
/// If it is none.
pub(in crate::network) fn expression(text: &str) -> Result<Regex, String> {
    regex::RegexBuilder::new(text)
        .case_insensitive(true)
        .build()
        .map_err(|error| format!("not a regular expression: {error}"))
}
