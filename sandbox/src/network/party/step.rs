//! One step of a script.

use regex::Regex;
use serde::{Deserialize, Serialize};

/// Waits for a condition, then performs an action. A step without either is invalid.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// Regular expression on the speech heard since the last step; case-insensitive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Event to wait for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<PartyEvent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
    /// Confidence of speech recognition, 0 to 1 [default: 0.92].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<String>,
    /// Waits unconditionally, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<f64>,
    /// Stays silent for this part of its turn, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent_s: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hang_up: bool,
    /// Pause before the action, in milliseconds [default: 600].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u32>,
    /// Acts this long after the start of the speech instead of at its end, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interrupt_after_ms: Option<u32>,
    /// Acts without waiting for a turn.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub anytime: bool,
    /// Time limit, in seconds; then the party hangs up and the step is unmet [default: 60].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_s: Option<f64>,
}

/// An event around a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartyEvent {
    /// The call was answered.
    Answered,
    /// Bridged with another leg.
    Connected,
    /// Joined a conference.
    Joined,
    Held,
    Unheld,
    /// REST redirected the call to another document.
    Redirected,
    /// A recording of the leg started.
    Recorded,
}

impl PartyEvent {
    /// The name in scripts and timelines.
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

/// The action of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum StepAction {
    /// No action; only the condition.
    Listen,
    /// Seconds.
    Wait(f64),
    /// Seconds of the turn.
    Silent(f64),
    /// Words and confidence.
    Say(String, f64),
    Press(String),
    HangUp,
}

impl Step {
    /// The action and the compiled regular expression.
    ///
    /// # Errors
    /// If the step has no effect, has several actions, or has an invalid value.
    pub fn read(&self) -> Result<(StepAction, Option<Regex>), String> {
        let mut actions = Vec::new();
        if let Some(words) = &self.say {
            let confidence = self.confidence.unwrap_or(0.92);
            if words.trim().is_empty() || !(0.0..=1.0).contains(&confidence) {
                return Err("`say` must not be empty, and `confidence` must be from 0 to 1".to_owned());
            }
            actions.push(StepAction::Say(words.clone(), confidence));
        }
        if let Some(keys) = &self.digits {
            if keys.is_empty() || !keys.chars().all(|key| "0123456789*#".contains(key)) {
                return Err("`digits` must be keys: 0 to 9, * and #".to_owned());
            }
            actions.push(StepAction::Press(keys.clone()));
        }
        for (seconds, action) in [
            (self.wait_s, StepAction::Wait as fn(f64) -> StepAction),
            (self.silent_s, StepAction::Silent),
        ] {
            if let Some(seconds) = seconds {
                if !(0.0..=86_400.0).contains(&seconds) {
                    return Err("`wait_s` and `silent_s` must be from 0 to 86400 seconds".to_owned());
                }
                actions.push(action(seconds));
            }
        }
        if self.hang_up {
            actions.push(StepAction::HangUp);
        }
        if actions.is_empty() && self.when.is_none() && self.on.is_none() {
            return Err("a step needs a condition or an action".to_owned());
        }
        if actions.len() > 1 {
            return Err("a step must have only one action".to_owned());
        }
        if self
            .within_s
            .is_some_and(|seconds| !(0.0..=86_400.0).contains(&seconds))
        {
            return Err("`within_s` must be from 0 to 86400 seconds".to_owned());
        }
        let expression = self.when.as_deref().map(expression).transpose()?;
        Ok((actions.pop().unwrap_or(StepAction::Listen), expression))
    }

    /// Describes the condition.
    #[must_use]
    pub fn waits_for(&self) -> String {
        match (&self.when, self.on) {
            (Some(expression), _) => format!("to hear /{expression}/"),
            (None, Some(event)) => format!("to be {}", event.as_str()),
            (None, None) => "for a turn to speak".to_owned(),
        }
    }
}

/// Compiles a case-insensitive regular expression.
///
/// # Errors
/// If it does not compile.
pub(in crate::network) fn expression(text: &str) -> Result<Regex, String> {
    regex::RegexBuilder::new(text)
        .case_insensitive(true)
        .build()
        .map_err(|error| format!("invalid regular expression: {error}"))
}
