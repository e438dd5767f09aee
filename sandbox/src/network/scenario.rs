//! Scenarios: who calls, what they do, who else can be called, what goes wrong, and how it should end.
//!
//! Written in TOML, in files under `sandbox/scenarios/` that are built in; the same shape in JSON is what the control
//! endpoint takes. A scenario says nothing of how the service works, only what a person experiences.

use super::exchange::{Call, Exchange, Faults};
use super::person::{Behaviour, Step};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

mod library;

pub use library::{LIBRARY, named};

/// A call, as it should go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is about, in a sentence.
    pub description: String,
    /// Who calls.
    pub caller: Caller,
    /// Who else can be called, by number or `client:` and identity.
    #[serde(default)]
    pub parties: BTreeMap<String, Behaviour>,
    /// What goes wrong in the network.
    #[serde(default)]
    pub faults: Faults,
    /// How it should end.
    #[serde(default)]
    pub expect: Expect,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// Their number, or `client:` and an identity.
    pub from: String,
    /// The number that they call; the account's first one if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// A browser's TwiML application; the account's first one if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// What a browser says beside: custom parameters of the Voice SDK.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// What they do.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Somebody types for them; there are no steps then.
    #[serde(default)]
    pub typed: bool,
    /// Who types, in the words of whoever placed the call: told again when the call is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typist: Option<String>,
    /// Their name, as the network knows it: `CallerName`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How a call should end, beside that the script was acted out to its end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// The final `CallStatus` [default: `completed`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Who ends it: `caller`, `twiml`, `api`, `peer`, `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
    /// Regular expressions, each of which something that was heard matches.
    pub hears: Vec<String>,
    /// Regular expressions that nothing that was heard matches.
    pub never_hears: Vec<String>,
    /// How many recordings of the call there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recordings: Option<usize>,
    /// Errors in documents, by Twilio's number; none unless they are listed.
    pub errors: Vec<u32>,
}

/// Why a scenario cannot be acted out.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// Not in the shape of a scenario.
    #[error("not a scenario: {0}")]
    Shape(#[from] toml::de::Error),
    /// Something in it makes no sense.
    #[error("not a scenario: {0}")]
    Sense(String),
}

impl Scenario {
    /// Reads one.
    ///
    /// # Errors
    /// [`ScenarioError`], with the place.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text)?;
        scenario.check()?;
        Ok(scenario)
    }

    /// Somebody who calls a number and types.
    #[must_use]
    pub fn typed(from: &str, to: Option<&str>) -> Self {
        Self {
            description: "somebody types".to_owned(),
            caller: Caller {
                from: from.to_owned(),
                to: to.map(str::to_owned),
                application: None,
                parameters: BTreeMap::new(),
                steps: vec![],
                typed: true,
                typist: None,
                name: None,
            },
            parties: BTreeMap::new(),
            faults: Faults::default(),
            expect: Expect::default(),
        }
    }

    /// Whether all of it can be acted out.
    ///
    /// # Errors
    /// [`ScenarioError::Sense`].
    pub fn check(&self) -> Result<(), ScenarioError> {
        let sense = |place: String| move |why| ScenarioError::Sense(format!("{place}: {why}"));
        for (number, step) in self.caller.steps.iter().enumerate() {
            step.read()
                .map_err(sense(format!("step {} of the caller", number + 1)))?;
        }
        for (address, behaviour) in &self.parties {
            behaviour.check().map_err(sense(address.clone()))?;
        }
        for expression in self.expect.hears.iter().chain(&self.expect.never_hears) {
            super::person::expression(expression).map_err(sense("expect".to_owned()))?;
        }
        Ok(())
    }

    /// Makes the network as the scenario wants it, and has the caller call.
    ///
    /// # Errors
    /// [`super::line::PlaceError`].
    pub fn begin(&self, net: &std::sync::Arc<Exchange>) -> Result<String, super::line::PlaceError> {
        {
            let mut state = net.state();
            state.directory.extend(self.parties.clone());
            if self.faults != Faults::default() {
                state.faults = self.faults.clone();
            }
        }
        let sid = super::line::ring_in(net, self)?;
        net.state().expectations.insert(sid.clone(), self.expect.clone());
        Ok(sid)
    }
}

impl Expect {
    /// What was not as expected in a call that is over.
    #[must_use]
    pub fn unmet(&self, call: &Call, recordings: usize) -> Vec<String> {
        let verdict = call.verdict.clone().unwrap_or_default();
        let mut unmet = verdict.disappointments;
        let status = self.status.as_deref().unwrap_or("completed");
        if call.status.as_str() != status {
            unmet.push(format!("it ended {}, not {status}", call.status.as_str()));
        }
        if let Some(by) = &self.ended_by
            && call.ended_by != Some(by)
        {
            unmet.push(format!(
                "it was ended by {}, not by {by}",
                call.ended_by.unwrap_or("nobody")
            ));
        }
        let heard = verdict.heard.join("\n");
        let matches =
            |text: &String| super::person::expression(text).is_ok_and(|expression| expression.is_match(&heard));
        unmet.extend(
            self.hears
                .iter()
                .filter(|text| !matches(text))
                .map(|text| format!("nobody said /{text}/")),
        );
        unmet.extend(
            self.never_hears
                .iter()
                .filter(|text| matches(text))
                .map(|text| format!("somebody said /{text}/")),
        );
        if let Some(expected) = self.recordings
            && recordings != expected
        {
            unmet.push(format!("there are {recordings} recordings, not {expected}"));
        }
        for (code, message) in call.errors.iter().filter(|(code, _)| !self.errors.contains(code)) {
            unmet.push(format!("error {code}: {message}"));
        }
        for code in self
            .errors
            .iter()
            .filter(|code| !call.errors.iter().any(|(had, _)| had == *code))
        {
            unmet.push(format!("there was no error {code}"));
        }
        unmet
    }
}
