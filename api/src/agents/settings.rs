//! An agent's settings as they go over the wire.

use domain::agent::event::{AgentSettings, CallLimits, FewShot, FieldToCollect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is set on an agent. In an edit, what is absent stays as it was.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// For people.
    #[schema(example = "Front desk")]
    name: Option<String>,
    /// The system prompt.
    prompt: Option<String>,
    /// The first thing the caller hears.
    #[schema(example = "Thank you for calling. How can I help you?")]
    greeting: Option<String>,
    /// What a caller hears before leaving a message.
    voicemail_greeting: Option<String>,
    /// Examples of good answers.
    few_shot: Option<Vec<Example>>,
    /// Twilio's name of the voice.
    #[schema(example = "Polly.Joanna")]
    voice: Option<String>,
    /// BCP 47.
    #[schema(example = "en-US")]
    language: Option<String>,
    /// The language model.
    model: Option<String>,
    /// What the agent is to find out.
    fields_to_collect: Option<Vec<Field>>,
    /// What ends a call by itself.
    limits: Option<Limits>,
}

/// An example of a good answer.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What the caller says.
    caller: String,
    /// What the agent answers.
    agent: String,
}

/// Something that the agent is to find out.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name.
    #[schema(example = "email")]
    name: String,
    /// What is asked.
    description: String,
    /// `text`, `email`, `phone`, `date`, `number`, `choice`.
    kind: String,
    /// Whether the call is incomplete without it.
    required: bool,
}

/// What ends a call by itself.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Seconds.
    max_duration_s: u32,
    /// How often a silent caller is asked before the call ends.
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
