//! [`Agent`]: what is known of an agent: its settings in force, its hours, its numbers, its personas.

use super::event::{AgentEvent, AgentSettings};
use crate::Timestamp;
use crate::call::value::VoicemailReason;
use crate::hours::WeekHours;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of an agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Agent {
    /// When it was made; never, if it does not exist.
    pub created_at: Option<Timestamp>,
    /// The settings in force.
    pub settings: AgentSettings,
    /// When it answers; always, if absent.
    pub hours: Option<WeekHours>,
    /// Whether nobody is answered until further notice.
    pub emergency_closed: bool,
    /// Our own numbers that it answers, E.164.
    pub numbers: BTreeSet<String>,
    /// Its personas by version, from 1.
    pub personas: BTreeMap<u32, Persona>,
    /// The persona in force; 0 is the base prompt alone.
    pub persona_in_force: u32,
    /// Whether it is no longer used.
    pub archived: bool,
}

/// Rules drawn from corrections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persona {
    /// The rules, in words fit for a prompt.
    pub rules: Vec<String>,
    /// Positions of the corrections that they were drawn from.
    pub sources: Vec<i64>,
    /// Where it stands.
    pub status: PersonaStatus,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who decided upon it.
    pub decided_by: Option<String>,
}

/// Where a persona stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonaStatus {
    /// It waits for a person.
    Proposed,
    /// It is or was in force, and can be again.
    Approved,
    /// It will not be used.
    Rejected,
}

/// What becomes of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// The AI answers.
    Answer,
    /// The caller may leave a message.
    Voicemail(VoicemailReason),
}

impl Agent {
    /// Whether the agent was ever made.
    #[must_use]
    pub const fn exists(&self) -> bool {
        self.created_at.is_some()
    }

    /// What becomes of somebody who calls at this moment.
    #[must_use]
    pub fn routing(&self, at: Timestamp) -> Routing {
        if !self.exists() || self.archived {
            Routing::Voicemail(VoicemailReason::AiUnavailable)
        } else if self.emergency_closed {
            Routing::Voicemail(VoicemailReason::Emergency)
        } else if self.hours.as_ref().is_some_and(|hours| !hours.is_open(at)) {
            Routing::Voicemail(VoicemailReason::Closed)
        } else {
            Routing::Answer
        }
    }

    /// The rules of the persona in force.
    #[must_use]
    pub fn rules(&self) -> &[String] {
        self.personas
            .get(&self.persona_in_force)
            .map_or(&[], |persona| &persona.rules)
    }

    /// What the language model is told: the base prompt and the rules in force. Raw corrections never get here.
    #[must_use]
    pub fn system_prompt(&self) -> String {
        let mut prompt = self.settings.prompt.clone().unwrap_or_default();
        for rule in self.rules() {
            prompt.push_str("\n- ");
            prompt.push_str(rule);
        }
        prompt
    }

    /// The version that the next proposed persona gets.
    #[must_use]
    pub fn next_persona(&self) -> u32 {
        self.personas.keys().next_back().map_or(1, |last| last + 1)
    }

    /// Folds an event into what is known.
    pub fn apply(&mut self, event: &AgentEvent) {
        use AgentEvent as E;
        match event {
            E::AgentCreated { at, settings, .. } => {
                self.created_at = Some(*at);
                self.settings.overlay(settings);
            }
            E::AgentEdited { settings, .. } => self.settings.overlay(settings),
            E::HoursSet { hours, .. } => self.hours.clone_from(hours),
            E::EmergencyClosed { .. } => self.emergency_closed = true,
            E::EmergencyLifted { .. } => self.emergency_closed = false,
            E::NumberAssigned { number, .. } => {
                self.numbers.insert(number.clone());
            }
            E::NumberUnassigned { number, .. } => {
                self.numbers.remove(number);
            }
            E::PersonaProposed {
                version,
                rules,
                sources,
                by,
                ..
            } => {
                let persona = Persona {
                    rules: rules.clone(),
                    sources: sources.clone(),
                    status: PersonaStatus::Proposed,
                    proposed_by: by.clone(),
                    decided_by: None,
                };
                self.personas.insert(*version, persona);
            }
            E::PersonaApproved { version, by, .. } => {
                self.decided(*version, PersonaStatus::Approved, by);
                self.persona_in_force = *version;
            }
            E::PersonaRejected { version, by, .. } => self.decided(*version, PersonaStatus::Rejected, by),
            E::PersonaRolledBack { to, .. } => self.persona_in_force = *to,
            E::AgentArchived { .. } => self.archived = true,
        }
    }

    fn decided(&mut self, version: u32, status: PersonaStatus, by: &str) {
        if let Some(persona) = self.personas.get_mut(&version) {
            persona.status = status;
            persona.decided_by = Some(by.to_owned());
        }
    }
}
