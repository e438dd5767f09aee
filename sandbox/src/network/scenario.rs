//! Scenarios: the caller, the other parties, faults and the expected outcome.
//!
//! Scenarios are TOML files in `sandbox/scenarios/`, embedded into the binary; the control endpoint accepts the same
//! structure as JSON. A scenario describes only what a party experiences, never how the service works.

use super::faults::Faults;
use super::party::{Behavior, Step, expression};
use crate::models::Fault;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use thiserror::Error;

mod library;

pub use library::{LIBRARY, named};

/// A scripted call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// One sentence.
    pub description: String,
    pub caller: Caller,
    /// Parties that can be called, by number or `client:` and identity.
    #[serde(default)]
    pub parties: BTreeMap<String, Behavior>,
    /// Faults of the network, until the call and its callbacks are over.
    #[serde(default)]
    pub faults: Faults,
    /// Faults of the models, until the call is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub model_faults: Vec<Fault>,
    #[serde(default)]
    pub expect: Expect,
    /// What the models answer when they are asked for a summary of the call, by property name: `summary`, `outcome`,
    /// `next_action`, ... Without it, a summary only quotes the caller.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub summary: Map<String, Value>,
}

/// The calling party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// Number, or `client:` and an identity.
    pub from: String,
    /// Number to call [default: the account's first].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// A browser's TwiML application [default: the account's first].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Custom parameters of the Voice SDK, for a browser.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    #[serde(default)]
    pub steps: Vec<Step>,
    /// The party's input comes from the control endpoint; `steps` is then empty.
    #[serde(default)]
    pub typed: bool,
    /// An opaque identifier of the typist, set by the client that placed the call and returned with the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typist: Option<String>,
    /// `CallerName`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The expected outcome, in addition to a script that ran to its end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// The final `CallStatus` [default: `completed`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `caller`, `twiml`, `api`, `peer` or `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
    /// Regular expressions that must match something the caller heard.
    pub hears: Vec<String>,
    /// Regular expressions that must not match anything the caller heard.
    pub never_hears: Vec<String>,
    /// Number of recordings of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recordings: Option<usize>,
    /// Expected Twilio error codes; any other error is unexpected.
    pub errors: Vec<u32>,
}

/// Why a scenario is invalid.
#[derive(Debug, Error)]
pub enum ScenarioError {
    #[error("invalid scenario: {0}")]
    Syntax(#[from] toml::de::Error),
    #[error("invalid scenario: {0}")]
    Invalid(String),
}

impl Scenario {
    /// Parses a scenario.
    ///
    /// # Errors
    /// [`ScenarioError`], with the position.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text)?;
        scenario.check()?;
        Ok(scenario)
    }

    /// A call from `from` with typed input.
    #[must_use]
    pub fn typed(from: &str, to: Option<&str>) -> Self {
        Self {
            description: "typed call".to_owned(),
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
            model_faults: Vec::new(),
            expect: Expect::default(),
            summary: Map::new(),
        }
    }

    /// Validates the steps and regular expressions.
    ///
    /// # Errors
    /// [`ScenarioError::Invalid`].
    pub fn check(&self) -> Result<(), ScenarioError> {
        let invalid = |place: String| move |why| ScenarioError::Invalid(format!("{place}: {why}"));
        for (number, step) in self.caller.steps.iter().enumerate() {
            step.read()
                .map_err(invalid(format!("step {} of the caller", number + 1)))?;
        }
        for (address, behavior) in &self.parties {
            behavior.check().map_err(invalid(address.clone()))?;
        }
        for text in self.expect.hears.iter().chain(&self.expect.never_hears) {
            expression(text).map_err(invalid("expect".to_owned()))?;
        }
        Ok(())
    }
}
