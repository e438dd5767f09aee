//! Answer generation, shared by the OpenAI and Anthropic surfaces.

use super::conversation::Conversation;
use super::scripts::Scripts;
use super::{structured, tokens};
use serde_json::Value;

/// Answer text with its token counts.
#[derive(Debug)]
pub(super) struct Answer {
    pub text: String,
    /// The text was truncated at the requested token limit.
    pub is_cut: bool,
    pub input_tokens: usize,
    pub output_tokens: usize,
}

/// Requested output format.
pub(super) enum Format<'a> {
    Text,
    /// JSON that matches this schema.
    Schema(&'a Value),
    /// JSON whose shape is inferred from the prompt.
    Json,
}

impl Answer {
    /// Answers a conversation with at most `max_tokens` tokens.
    pub(super) fn to(
        conversation: &Conversation,
        format: &Format<'_>,
        max_tokens: Option<usize>,
        scripts: &Scripts,
    ) -> Self {
        let text = match format {
            Format::Text => structured::text(conversation, scripts),
            Format::Schema(schema) => structured::answer(conversation, schema, scripts).to_string(),
            Format::Json => {
                let prompt: Vec<&str> = conversation.texts().collect();
                let schema = structured::shape::asked_for(&prompt.join("\n")).unwrap_or_else(
                    || serde_json::json!({ "type": "object", "properties": { "answer": { "type": "string" } } }),
                );
                structured::answer(conversation, &schema, scripts).to_string()
            }
        };
        let (text, is_cut) = tokens::cut(text, max_tokens);
        Self {
            input_tokens: tokens::of_all(conversation.texts()),
            output_tokens: tokens::of(&text),
            text,
            is_cut,
        }
    }

    /// The text split into the pieces that are streamed: words, each with its trailing whitespace.
    pub(super) fn pieces(&self) -> Vec<String> {
        let mut pieces: Vec<String> = vec![];
        for word in self.text.split_inclusive(char::is_whitespace) {
            pieces.push(word.to_owned());
        }
        pieces
    }
}
