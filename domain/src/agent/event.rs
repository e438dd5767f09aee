//! What can have happened to an AI agent: who it is, when it works, what it has learned.

use crate::call::event::events;
use crate::hours::WeekHours;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What is set on an agent. In an edit, what is absent stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentSettings {
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The system prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// The first thing the caller hears.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// What a caller hears before leaving a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voicemail_greeting: Option<String>,
    /// Examples of good answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub few_shot: Option<Vec<FewShot>>,
    /// Twilio's name of the voice: `Polly.Joanna`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// BCP 47: `en-US`, `hi-IN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The language model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What the agent is to find out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields_to_collect: Option<Vec<FieldToCollect>>,
    /// What ends a call by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<CallLimits>,
}

/// An example of a good answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FewShot {
    /// What the caller says.
    pub caller: String,
    /// What the agent answers.
    pub agent: String,
}

/// Something that the agent is to find out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldToCollect {
    /// Its name: `email`.
    pub name: String,
    /// What is asked.
    pub description: String,
    /// `text`, `email`, `phone`, `date`, `number`, `choice`.
    pub kind: String,
    /// Whether the call is incomplete without it.
    pub required: bool,
}

/// What ends a call by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLimits {
    /// Seconds.
    pub max_duration_s: u32,
    /// How often a silent caller is asked before the call ends.
    pub silence_prompts: u32,
}

events! {
    /// An event on an agent's stream.
    AgentEvent {
        /// The agent exists.
        AgentCreated {
            /// What it is made with.
            settings: AgentSettings,
            /// Who.
            by: String,
        },
        /// The agent was changed.
        AgentEdited {
            /// What changed; the rest stays.
            settings: AgentSettings,
            /// Who.
            by: String,
        },
        /// When the agent answers.
        HoursSet {
            /// The hours; always open, if absent.
            hours: Option<WeekHours>,
            /// Who.
            by: String,
        },
        /// Nobody is answered until further notice.
        EmergencyClosed {
            /// Who.
            by: String,
        },
        /// Business as usual.
        EmergencyLifted {
            /// Who.
            by: String,
        },
        /// The agent answers this number.
        NumberAssigned {
            /// Our own number, E.164: not a personal value.
            number: String,
            /// Who.
            by: String,
        },
        /// The agent no longer answers this number.
        NumberUnassigned {
            /// Our own number, E.164.
            number: String,
            /// Who.
            by: String,
        },
        /// Rules were drawn from corrections, and wait for a person.
        PersonaProposed {
            /// From 1.
            version: u32,
            /// The rules, in words fit for a prompt.
            rules: Vec<String>,
            /// Positions of the corrections that they were drawn from.
            sources: Vec<i64>,
            /// Who.
            by: String,
        },
        /// The proposed persona is in force.
        PersonaApproved {
            /// Which.
            version: u32,
            /// Who.
            by: String,
        },
        /// The proposed persona will not be used.
        PersonaRejected {
            /// Which.
            version: u32,
            /// Who.
            by: String,
        },
        /// An earlier persona is in force again.
        PersonaRolledBack {
            /// Which; 0 is the base prompt alone.
            to: u32,
            /// Who.
            by: String,
        },
        /// The agent is no longer used.
        AgentArchived {
            /// Who.
            by: String,
        },
    }
}

impl AgentEvent {
    /// Today's version of every event type.
    pub const VERSION: &str = "1.0";
}

impl DomainEvent for AgentEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
