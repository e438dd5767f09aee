//! [`Agent`]: the state of an agent.

use super::event::{AgentEvent, AgentSettings};
use crate::Timestamp;
use crate::call::value::VoicemailReason;
use crate::hours::WeekHours;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The state of an agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Agent {
    /// Absent if the agent does not exist.
    pub created_at: Option<Timestamp>,
    pub settings: AgentSettings,
    /// Always open if absent.
    pub hours: Option<WeekHours>,
    /// Whether every caller is routed to voicemail.
    pub emergency_closed: bool,
    /// Numbers of the tenant that the agent answers, E.164.
    pub numbers: BTreeSet<String>,
    /// By version, from 1.
    pub personas: BTreeMap<u32, Persona>,
    /// The version; 0 is the base prompt alone.
    pub persona_in_force: u32,
    pub archived: bool,
}

/// A version of the rules drawn from corrections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persona {
    /// Sentences for the system prompt.
    pub rules: Vec<String>,
    /// Log positions of the corrections that the rules were drawn from.
    pub sources: Vec<i64>,
    pub status: PersonaStatus,
    pub proposed_by: String,
    /// The user who approved or rejected it.
    pub decided_by: Option<String>,
}

/// The status of a persona.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonaStatus {
    /// It awaits the decision of a user.
    Proposed,
    /// It is or was in force, and can be put in force again.
    Approved,
    Rejected,
}

/// How an inbound call is routed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    Answer,
    Voicemail(VoicemailReason),
}

impl Agent {
    /// Whether the agent was created.
    #[must_use]
    pub const fn exists(&self) -> bool {
        self.created_at.is_some()
    }

    /// The routing of a call at this time.
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

    /// The system prompt of the model: the base prompt and the rules in force. Raw corrections are never part of it.
    #[must_use]
    pub fn system_prompt(&self) -> String {
        let mut prompt = self.settings.prompt.clone().unwrap_or_default();
        for rule in self.rules() {
            prompt.push_str("\n- ");
            prompt.push_str(rule);
        }
        prompt
    }

    /// The version of the next proposed persona.
    #[must_use]
    pub fn next_persona(&self) -> u32 {
        self.personas.keys().next_back().map_or(1, |last| last + 1)
    }

    /// Applies an event to the state.
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
                self.set_status(*version, PersonaStatus::Approved, by);
                self.persona_in_force = *version;
            }
            E::PersonaRejected { version, by, .. } => self.set_status(*version, PersonaStatus::Rejected, by),
            E::PersonaRolledBack { to, .. } => self.persona_in_force = *to,
            E::AgentArchived { .. } => self.archived = true,
        }
    }

    fn set_status(&mut self, version: u32, status: PersonaStatus, by: &str) {
        if let Some(persona) = self.personas.get_mut(&version) {
            persona.status = status;
            persona.decided_by = Some(by.to_owned());
        }
    }
}
