//! Requests to language models and their answers, independent of the provider.

use super::ModelError;
use super::lenient::{objects, without_thoughts};
use domain::call::value::TokenCount;
use serde::de::DeserializeOwned;
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
    /// For whom it is sent. The failures of one tenant's requests do not stop those of another.
    pub tenant: String,
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
    /// Without thoughts around it. Also with [`Format::JsonSchema`] whatever the model said: see [`Self::object`].
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

impl ChatAnswer {
    /// The first JSON object in the answer that has this form.
    #[must_use]
    pub fn object<T: DeserializeOwned>(&self) -> Option<T> {
        objects(&self.text).find_map(|object| serde_json::from_value(object.into()).ok())
    }
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
            tenant: String::new(),
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

/// The numbers of tokens in a provider's response, if both are there.
pub(super) fn tokens(usage: &Value, input: &str, output: &str) -> Option<TokenCount> {
    let count = |name: &str| usage[name].as_u64().and_then(|count| u32::try_from(count).ok());
    Some(TokenCount {
        input: count(input)?,
        output: count(output)?,
    })
}

impl RawAnswer {
    /// Removes the thoughts. Something must remain.
    pub(super) fn checked(mut self) -> Result<Self, ModelError> {
        // Not in JSON: there, a thought may stand within the words, and ends within them.
        if !self.text.trim_start().starts_with(['{', '[', '`']) {
            self.text = without_thoughts(&self.text);
        }
        self.text = self.text.trim().to_owned();
        if self.text.is_empty() {
            return Err(ModelError::Malformed("the text is empty"));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(text: &str) -> Result<ChatAnswer, ModelError> {
        let answer = RawAnswer {
            text: text.into(),
            model: None,
            tokens: None,
            truncated: false,
        };
        answer.checked().map(|answer| ChatAnswer {
            text: answer.text,
            model: String::new(),
            tokens: None,
            latency: Duration::ZERO,
            truncated: false,
        })
    }

    #[test]
    fn text_is_trimmed_and_must_not_be_empty() {
        assert_eq!(answered(" Hello.\n").map(|it| it.text).as_deref(), Ok("Hello."));
        for empty in ["", " \n", "<think>Hello.</think>"] {
            assert!(answered(empty).is_err(), "{empty}");
        }
    }

    #[test]
    fn first_object_of_the_right_form_is_the_answer() {
        #[derive(serde::Deserialize)]
        struct A {
            a: u8,
        }
        for text in [
            "{\"a\": 1}",
            "```json\n{\"a\": 1}\n```",
            "Sure! {\"b\": 2} {\"a\": 1}",
            "<think>{\"a\": 2}</think>{\"a\": 1}",
        ] {
            let found = answered(text).expect("an answer").object::<A>();
            assert_eq!(found.map(|it| it.a), Some(1), "{text}");
        }
        for text in ["[1]", "{\"a\":", "null", "{\"a\": \"x\"}"] {
            assert!(answered(text).expect("an answer").object::<A>().is_none(), "{text}");
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
