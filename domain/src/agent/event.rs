//! Events of an agent.

use crate::Timestamp;
use crate::call::event::events;
use crate::hours::WeekHours;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

/// Settings of an agent. In an edit, an absent setting keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct AgentSettings {
    /// Display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// Spoken before the caller leaves a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voicemail_greeting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub few_shot: Option<Vec<FewShot>>,
    /// Twilio's voice name: `Polly.Joanna`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// BCP 47 tag: `en-US`, `hi-IN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields_to_collect: Option<Vec<FieldToCollect>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<CallLimits>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency: Option<EmergencySettings>,
    /// Whether the model gets the summaries of earlier calls from the caller's number although the network has not verified
    /// that the number is the caller's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall_unverified_callers: Option<bool>,
}

impl CallLimits {
    /// The limits of an agent that has none of its own.
    pub const DEFAULT: Self = Self {
        max_duration_s: 300,
        silence_prompts: 2,
    };
}

/// What a caller hears when a life may be in danger. What is absent follows from the country of the called number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct EmergencySettings {
    /// The number of the emergency services, as a caller dials it: `911`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The number of a crisis helpline, as a caller dials it: `988`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helpline: Option<String>,
    /// Spoken in place of the sentences with these numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// An example of a good answer, for the prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FewShot {
    pub caller: String,
    pub agent: String,
}

/// A value that the agent collects during a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldToCollect {
    /// Identifier: `email`.
    pub name: String,
    /// What the agent asks for.
    pub description: String,
    /// `text`, `email`, `phone`, `date`, `number`, `choice`.
    pub kind: String,
    /// Whether the call is incomplete without the value.
    pub required: bool,
}

/// Limits after which the service ends a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallLimits {
    pub max_duration_s: u32,
    /// How often a silent caller is asked whether they are there before the call ends.
    pub silence_prompts: u32,
}

events! {
    /// An event on an agent's stream.
    AgentEvent {
        AgentCreated {
            settings: AgentSettings,
            by: String,
        },
        AgentEdited {
            /// The changed settings only.
            settings: AgentSettings,
            by: String,
        },
        HoursSet {
            /// Always open if absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            hours: Option<WeekHours>,
            by: String,
        },
        /// Every caller is routed to voicemail until the emergency is lifted.
        EmergencyClosed {
            by: String,
        },
        EmergencyLifted {
            by: String,
        },
        NumberAssigned {
            /// A number of the tenant, E.164. Not a personal value.
            number: String,
            by: String,
        },
        NumberUnassigned {
            /// E.164.
            number: String,
            by: String,
        },
        /// Rules drawn from corrections were proposed and await the decision of a user.
        PersonaProposed {
            /// From 1.
            version: u32,
            /// Sentences for the system prompt.
            rules: Vec<String>,
            /// Log positions of the corrections that the rules were drawn from.
            sources: Vec<i64>,
            by: String,
        },
        /// The proposed persona is in force.
        PersonaApproved {
            version: u32,
            by: String,
        },
        PersonaRejected {
            version: u32,
            by: String,
        },
        /// An approved persona is in force again.
        PersonaRolledBack {
            /// The version; 0 is the base prompt alone.
            to: u32,
            by: String,
        },
        AgentArchived {
            by: String,
        },
    }
}

impl AgentEvent {
    /// The current version of every event type.
    pub const VERSION: &str = "1.0";

    /// Event types that the service does not append yet.
    pub const UNRELEASED: &[&str] = &[];
}

impl DomainEvent for AgentEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
