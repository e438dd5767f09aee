//! Requests to language models and their answers, independent of the provider.

use super::ModelError;
use domain::call::value::TokenCount;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// A request to a language model. Its `Debug` shows no text.
#[derive(Clone)]
pub struct ChatRequest {
    /// The system prompt.
    pub system: String,
    /// Oldest first. Empty messages are omitted.
    pub messages: Vec<Message>,
    /// Most output tokens.
    pub max_tokens: u32,
    /// Omitted for models that accept only their default: Anthropic's, and OpenAI's reasoning models.
    pub temperature: Option<f32>,
    pub format: Format,
    /// Total time limit, including retries and the delays between them.
    pub timeout: Duration,
    /// Overrides the configured model; of the same provider.
    pub model: Option<String>,
}

/// A message of a conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    pub role: Role,
    pub text: String,
}

/// The role of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    User,
    Assistant,
}

/// The format of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Format {
    /// Plain text.
    #[default]
    Text,
    /// A JSON object.
    JsonSchema {
        /// The schema's name: letters, digits, `_`.
        name: String,
        /// Every object in it must list all its properties as required and allow no others: OpenAI accepts nothing else
        /// (<https://platform.openai.com/docs/guides/structured-outputs>).
        schema: Value,
    },
}

/// The answer of a language model. Its `Debug` shows no text.
#[derive(Clone, PartialEq)]
pub struct ChatAnswer {
    /// With [`Format::JsonSchema`] the text of a JSON object, which is not validated against the schema.
    pub text: String,
    /// The model as named by the provider.
    pub model: String,
    /// As reported by the provider.
    pub tokens: Option<TokenCount>,
    /// Time from request to answer, including retries and delays.
    pub latency: Duration,
    /// Whether the answer was cut off at `max_tokens`.
    pub truncated: bool,
}

impl ChatRequest {
    /// A request for plain text.
    #[must_use]
    pub fn new(system: impl Into<String>, messages: Vec<Message>, max_tokens: u32, timeout: Duration) -> Self {
        Self {
            system: system.into(),
            messages,
            max_tokens,
            temperature: None,
            format: Format::Text,
            timeout,
            model: None,
        }
    }

    /// The messages that are not empty.
    pub(super) fn spoken_messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(|message| !message.text.trim().is_empty())
    }
}

impl Message {
    /// A message of the user.
    #[must_use]
    pub fn user(text: impl Into<String>) -> Self {
        Self {
            role: Role::User,
            text: text.into(),
        }
    }

    /// A message of the model.
    #[must_use]
    pub fn assistant(text: impl Into<String>) -> Self {
        Self {
            role: Role::Assistant,
            text: text.into(),
        }
    }
}

impl Role {
    /// The role as named in all providers' APIs.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

impl fmt::Debug for ChatRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatRequest")
            .field("messages", &self.messages.len())
            .field("max_tokens", &self.max_tokens)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (..)", self.role.as_str())
    }
}

impl fmt::Debug for ChatAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatAnswer")
            .field("model", &self.model)
            .field("tokens", &self.tokens)
            .field("latency", &self.latency)
            .field("truncated", &self.truncated)
            .finish_non_exhaustive()
    }
}

/// The content of a provider's response, before it is checked.
pub(super) struct RawAnswer {
    pub text: String,
    pub model: Option<String>,
    pub tokens: Option<TokenCount>,
    pub truncated: bool,
}

impl RawAnswer {
    /// Checks the text: it must not be empty, and must be a JSON object if that was requested.
    pub(super) fn checked(mut self, format: &Format) -> Result<Self, ModelError> {
        self.text = self.text.trim().to_owned();
        if let Format::JsonSchema { .. } = format {
            if self.truncated {
                return Err(ModelError::Malformed("the JSON was cut off"));
            }
            self.text = without_fences(&self.text).to_owned();
            match serde_json::from_str::<Value>(&self.text) {
                Ok(Value::Object(_)) => {}
                _ => return Err(ModelError::Malformed("the text is not a JSON object")),
            }
        }
        if self.text.is_empty() {
            return Err(ModelError::Malformed("the text is empty"));
        }
        Ok(self)
    }
}

/// Removes Markdown code fences, which small models put around JSON despite instructions.
fn without_fences(text: &str) -> &str {
    let Some(rest) = text.strip_prefix("```") else {
        return text;
    };
    let rest = rest.strip_prefix("json").unwrap_or(rest);
    rest.trim_end().strip_suffix("```").unwrap_or(rest).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str, format: &Format) -> Result<String, ModelError> {
        let answer = RawAnswer {
            text: text.into(),
            model: None,
            tokens: None,
            truncated: false,
        };
        answer.checked(format).map(|answer| answer.text)
    }

    fn json() -> Format {
        Format::JsonSchema {
            name: "summary".into(),
            schema: serde_json::json!({"type": "object"}),
        }
    }

    #[test]
    fn text_is_trimmed_and_must_not_be_empty() {
        assert_eq!(checked(" Hello.\n", &Format::Text).as_deref(), Ok("Hello."));
        assert!(checked(" \n", &Format::Text).is_err());
    }

    #[test]
    fn code_fences_around_json_are_removed() {
        for text in ["{\"a\": 1}", "```json\n{\"a\": 1}\n```", "```\n{\"a\": 1}```\n"] {
            assert_eq!(checked(text, &json()).as_deref(), Ok("{\"a\": 1}"), "{text}");
        }
    }

    #[test]
    fn answer_that_is_not_a_json_object_is_malformed() {
        for text in ["", "Sure! {\"a\": 1}", "[1]", "{\"a\":", "null"] {
            assert!(checked(text, &json()).is_err(), "{text}");
        }
    }

    #[test]
    fn debug_of_a_request_shows_no_text() {
        let request = ChatRequest::new(
            "secret prompt",
            vec![Message::user("I am Ada")],
            5,
            Duration::from_secs(1),
        );
        let shown = format!("{request:?} {:?}", request.messages);
        assert!(!shown.contains("Ada") && !shown.contains("prompt"), "{shown}");
    }
}
