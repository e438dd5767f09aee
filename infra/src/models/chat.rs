//! What a language model is asked, and what it answers; the same for every provider.

use super::ModelError;
use domain::call::value::TokenCount;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// What a language model is asked. Its `Debug` shows no words.
#[derive(Clone)]
pub struct ChatRequest {
    /// What it is to be and to do.
    pub system: String,
    /// What was said, oldest first. Empty ones are left out.
    pub messages: Vec<Message>,
    /// It writes no more than that.
    pub max_tokens: u32,
    /// A wish: from 0, nearly always the same, upwards. Left out for models that take none but their own: Anthropic's, and
    /// those of OpenAI's that reason.
    pub temperature: Option<f32>,
    /// What its answer looks like.
    pub format: Format,
    /// For everything, attempts and waits between them included.
    pub timeout: Duration,
    /// Another model than the one that is set, of the same provider.
    pub model: Option<String>,
}

/// Something that was said.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Who said it.
    pub role: Role,
    /// The words.
    pub text: String,
}

/// Who said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// What an answer looks like.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Format {
    /// Words.
    #[default]
    Text,
    /// A JSON object.
    JsonSchema {
        /// What it is called: letters, digits, `_`.
        name: String,
        /// Its JSON Schema. Every object in it must list all its properties as required and allow no others: OpenAI
        /// takes nothing else (<https://platform.openai.com/docs/guides/structured-outputs>).
        schema: Value,
    },
}

/// What a language model answered. Its `Debug` shows no words.
#[derive(Clone, PartialEq)]
pub struct ChatAnswer {
    /// The words; with [`Format::JsonSchema`] the text of a JSON object, though whether it fits the schema is not checked
    /// here.
    pub text: String,
    /// Which model it was, in the provider's words.
    pub model: String,
    /// What it read and wrote, where the provider said so.
    pub tokens: Option<TokenCount>,
    /// From the question to the answer, attempts and waits between them included.
    pub latency: Duration,
    /// Whether it was cut off at `max_tokens`.
    pub truncated: bool,
}

impl ChatRequest {
    /// A question for words.
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

    /// The messages that say something.
    pub(super) fn said(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(|message| !message.text.trim().is_empty())
    }
}

impl Message {
    /// The person said this.
    #[must_use]
    pub fn user(text: impl Into<String>) -> Self {
        Self {
            role: Role::User,
            text: text.into(),
        }
    }

    /// The model said this.
    #[must_use]
    pub fn assistant(text: impl Into<String>) -> Self {
        Self {
            role: Role::Assistant,
            text: text.into(),
        }
    }
}

impl Role {
    /// The word that every provider has for it.
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

/// What a provider's answer held, before it is looked at.
pub(super) struct Written {
    pub text: String,
    pub model: Option<String>,
    pub tokens: Option<TokenCount>,
    pub truncated: bool,
}

impl Written {
    /// Looks at the words: they must be some, and JSON where JSON was asked for.
    pub(super) fn checked(mut self, format: &Format) -> Result<Self, ModelError> {
        self.text = self.text.trim().to_owned();
        if let Format::JsonSchema { .. } = format {
            if self.truncated {
                return Err(ModelError::Malformed("the JSON was cut off"));
            }
            self.text = unfenced(&self.text).to_owned();
            match serde_json::from_str::<Value>(&self.text) {
                Ok(Value::Object(_)) => {}
                _ => return Err(ModelError::Malformed("the text is no JSON object")),
            }
        }
        if self.text.is_empty() {
            return Err(ModelError::Malformed("the text is empty"));
        }
        Ok(self)
    }
}

/// Small models put their JSON between Markdown's fences, whatever they were told.
fn unfenced(text: &str) -> &str {
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
        let written = Written {
            text: text.into(),
            model: None,
            tokens: None,
            truncated: false,
        };
        written.checked(format).map(|written| written.text)
    }

    fn json() -> Format {
        Format::JsonSchema {
            name: "summary".into(),
            schema: serde_json::json!({"type": "object"}),
        }
    }

    #[test]
    fn words_are_trimmed_and_must_be_there() {
        assert_eq!(checked(" Hello.\n", &Format::Text).as_deref(), Ok("Hello."));
        assert!(checked(" \n", &Format::Text).is_err());
    }

    #[test]
    fn json_may_stand_between_fences() {
        for text in ["{\"a\": 1}", "```json\n{\"a\": 1}\n```", "```\n{\"a\": 1}```\n"] {
            assert_eq!(checked(text, &json()).as_deref(), Ok("{\"a\": 1}"), "{text}");
        }
    }

    #[test]
    fn what_is_no_object_is_no_answer() {
        for text in ["", "Sure! {\"a\": 1}", "[1]", "{\"a\":", "null"] {
            assert!(checked(text, &json()).is_err(), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_words() {
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
