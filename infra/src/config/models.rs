//! Configuration of the language and speech models.

use super::{ChatProvider, ConfigError, Settings, setting};
use crate::secret::Secret;

/// OpenAI's speech-to-text model.
const TRANSCRIPTION: &str = "gpt-transcribe";
/// The sandbox's name for its model of any kind.
const SANDBOX: &str = "sandbox";

/// The configured models.
#[derive(Clone, Debug)]
pub struct ModelsConfig {
    /// The language model's API. Speech models always use OpenAI's API.
    pub chat_provider: ChatProvider,
    /// `None` for the sandbox.
    pub api_key: Option<Secret>,
    /// `None` for OpenAI's own address, or the sandbox without a key.
    pub base_url: Option<String>,
    /// The language model's name.
    pub chat: String,
    /// Speech to text.
    pub transcription: String,
    /// Text to speech. `None` for none: OpenAI's model for it is shut down, and its successor speaks in realtime sessions
    /// only.
    pub speech: Option<String>,
    pub anthropic: AnthropicConfig,
    /// Whether models are loaded before they are needed.
    pub warm_up: bool,
}

/// Anthropic's language model.
#[derive(Clone, Debug)]
pub struct AnthropicConfig {
    pub api_key: Option<Secret>,
    /// `None` for Anthropic's own address.
    pub base_url: Option<String>,
    /// The language model's name.
    pub chat: String,
}

impl ModelsConfig {
    /// The provider of the language model: `sandbox`, `openai` or `anthropic`.
    #[must_use]
    pub const fn chat_provider_name(&self) -> &'static str {
        match self.chat_provider {
            ChatProvider::Anthropic => "anthropic",
            ChatProvider::OpenAi if self.api_key.is_none() && self.base_url.is_none() => "sandbox",
            ChatProvider::OpenAi => "openai",
        }
    }

    pub(super) fn resolve(s: &Settings) -> Result<Self, ConfigError> {
        for (variable, url) in [
            ("OPENAI_BASE_URL", &s.openai_base_url),
            ("ANTHROPIC_BASE_URL", &s.anthropic_base_url),
        ] {
            if url.as_ref().is_some_and(|url| !is_web_address(url)) {
                return Err(setting(variable, "must start with http:// or https://"));
            }
        }
        let openai_given = s.openai_api_key.is_some() || s.openai_base_url.is_some();
        let chat_provider = s.chat_provider.unwrap_or(match s.anthropic_api_key {
            Some(_) if !openai_given => ChatProvider::Anthropic,
            _ => ChatProvider::OpenAi,
        });
        if chat_provider == ChatProvider::Anthropic && s.anthropic_api_key.is_none() && s.anthropic_base_url.is_none() {
            return Err(setting(
                "ANTHROPIC_API_KEY",
                "is required when CHAT_PROVIDER is anthropic",
            ));
        }
        Ok(Self {
            chat_provider,
            api_key: s.openai_api_key.clone(),
            base_url: s.openai_base_url.clone(),
            chat: s.openai_chat_model.clone().unwrap_or_else(|| "gpt-4o-mini".into()),
            transcription: s.openai_transcription_model.clone().unwrap_or_else(|| {
                let default = if openai_given { TRANSCRIPTION } else { SANDBOX };
                default.to_owned()
            }),
            speech: s.openai_speech_model.clone(),
            // The sandbox's models are always there.
            warm_up: s
                .model_warm_up
                .unwrap_or(openai_given || chat_provider == ChatProvider::Anthropic),
            anthropic: AnthropicConfig {
                api_key: s.anthropic_api_key.clone(),
                base_url: s.anthropic_base_url.clone(),
                chat: s
                    .anthropic_chat_model
                    .clone()
                    .unwrap_or_else(|| "claude-haiku-5-5".into()),
            },
        })
    }
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
