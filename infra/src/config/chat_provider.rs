//! [`ChatProvider`].

use serde::Deserialize;
use std::str::FromStr;

/// The API of the language model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatProvider {
    /// OpenAI's API, or a compatible one such as Ollama's or vLLM's.
    OpenAi,
    /// Anthropic's API.
    Anthropic,
}

/// The text does not name a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider of language models must be `openai` or `anthropic`")]
pub struct UnknownProvider;

impl FromStr for ChatProvider {
    type Err = UnknownProvider;

    fn from_str(text: &str) -> Result<Self, UnknownProvider> {
        match text {
            "openai" => Ok(Self::OpenAi),
            "anthropic" => Ok(Self::Anthropic),
            _ => Err(UnknownProvider),
        }
    }
}
