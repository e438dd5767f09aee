//! JSON representation of an agent's settings.

use domain::agent::Agent;
use domain::agent::event::{AgentSettings, CallLimits, EmergencySettings, FewShot, FieldToCollect};
use domain::dialogue::EmergencyNumbers;
use domain::phone::country_of;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Settings of an agent. In a change, absent fields stay unchanged.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Display name.
    #[schema(example = "Front desk")]
    name: Option<String>,
    /// System prompt of the language model.
    prompt: Option<String>,
    /// Spoken at the start of a call, after the disclosure and the recording notice.
    #[schema(example = "Thank you for calling. How can I help you?")]
    greeting: Option<String>,
    /// Spoken before the caller leaves a message.
    voicemail_greeting: Option<String>,
    /// Examples of good answers.
    few_shot: Option<Vec<Example>>,
    /// Name of a Twilio voice.
    #[schema(example = "Polly.Joanna")]
    voice: Option<String>,
    /// BCP 47 language tag.
    #[schema(example = "en-US")]
    language: Option<String>,
    /// Name of the language model; absent: the configured default.
    model: Option<String>,
    /// Information that the agent collects.
    fields_to_collect: Option<Vec<Field>>,
    /// Limits after which a call ends automatically.
    limits: Option<Limits>,
    /// What a caller hears when a life may be in danger. Replaced as a whole.
    emergency: Option<Emergency>,
    /// Whether the language model gets the summaries of earlier calls from the caller's number even if the network has not
    /// verified that the number is the caller's (STIR/SHAKEN attestation A). Absent: no.
    recall_unverified_callers: Option<bool>,
}

/// What a caller hears when a life may be in danger. What is absent follows from the country of the called number, else from
/// that of the language.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Emergency {
    /// The number of the emergency services, as a caller dials it.
    #[schema(example = "911")]
    number: Option<String>,
    /// The number of a crisis helpline, as a caller dials it.
    #[schema(example = "988")]
    helpline: Option<String>,
    /// Spoken in place of the sentences with these numbers.
    answer: Option<String>,
}

/// An example of a good answer.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    caller: String,
    /// The agent's answer.
    agent: String,
}

/// A field that the agent collects.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    #[schema(example = "email")]
    name: String,
    /// What to ask for.
    description: String,
    /// `text`, `email`, `phone`, `date`, `number`, `choice`.
    kind: String,
    /// Whether the call is incomplete without it.
    required: bool,
}

/// Limits after which a call ends automatically.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    max_duration_s: u32,
    /// Number of reminders to a silent caller before the call ends.
    silence_prompts: u32,
}

impl From<Settings> for AgentSettings {
    fn from(settings: Settings) -> Self {
        let example = |example: Example| FewShot {
            caller: example.caller,
            agent: example.agent,
        };
        let field = |field: Field| FieldToCollect {
            name: field.name,
            description: field.description,
            kind: field.kind,
            required: field.required,
        };
        Self {
            name: settings.name,
            prompt: settings.prompt,
            greeting: settings.greeting,
            voicemail_greeting: settings.voicemail_greeting,
            few_shot: settings
                .few_shot
                .map(|examples| examples.into_iter().map(example).collect()),
            voice: settings.voice,
            language: settings.language,
            model: settings.model,
            fields_to_collect: settings
                .fields_to_collect
                .map(|fields| fields.into_iter().map(field).collect()),
            limits: settings.limits.map(|limits| CallLimits {
                max_duration_s: limits.max_duration_s,
                silence_prompts: limits.silence_prompts,
            }),
            emergency: settings.emergency.map(|emergency| EmergencySettings {
                number: emergency.number,
                helpline: emergency.helpline,
                answer: emergency.answer,
            }),
            recall_unverified_callers: settings.recall_unverified_callers,
        }
    }
}

impl From<AgentSettings> for Settings {
    fn from(settings: AgentSettings) -> Self {
        let example = |example: FewShot| Example {
            caller: example.caller,
            agent: example.agent,
        };
        let field = |field: FieldToCollect| Field {
            name: field.name,
            description: field.description,
            kind: field.kind,
            required: field.required,
        };
        Self {
            name: settings.name,
            prompt: settings.prompt,
            greeting: settings.greeting,
            voicemail_greeting: settings.voicemail_greeting,
            few_shot: settings
                .few_shot
                .map(|examples| examples.into_iter().map(example).collect()),
            voice: settings.voice,
            language: settings.language,
            model: settings.model,
            fields_to_collect: settings
                .fields_to_collect
                .map(|fields| fields.into_iter().map(field).collect()),
            limits: settings.limits.map(|limits| Limits {
                max_duration_s: limits.max_duration_s,
                silence_prompts: limits.silence_prompts,
            }),
            emergency: settings.emergency.map(|emergency| Emergency {
                number: emergency.number,
                helpline: emergency.helpline,
                answer: emergency.answer,
            }),
            recall_unverified_callers: settings.recall_unverified_callers,
        }
    }
}

impl Settings {
    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        AgentSettings::from(self.clone()) == AgentSettings::default()
    }
}

/// What applies where an agent's settings have nothing of their own.
#[derive(Serialize, ToSchema)]
pub struct Defaults {
    limits: Limits,
    /// Numbers of the country of the agent's first number, else of the region of its language. A call takes those of the
    /// number that was called.
    emergency: Emergency,
}

impl Defaults {
    pub(super) fn of(agent: &Agent) -> Self {
        let limits = CallLimits::DEFAULT;
        let country = agent.numbers.iter().next().and_then(|number| country_of(number));
        let numbers = EmergencyNumbers::of(None, country.as_deref().or(agent.settings.region()));
        Self {
            limits: Limits {
                max_duration_s: limits.max_duration_s,
                silence_prompts: limits.silence_prompts,
            },
            emergency: Emergency {
                number: numbers.number,
                helpline: numbers.helpline,
                answer: None,
            },
        }
    }
}
