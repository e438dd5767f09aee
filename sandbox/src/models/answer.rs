//! What a model answers to a conversation, whichever provider's surface it was asked through.

use super::conversation::Conversation;
use super::rules::Rules;
use super::{structured, tokens};
use serde_json::Value;

/// An answer, and what it costs.
#[derive(Debug)]
pub(super) struct Answer {
    pub text: String,
    /// Whether it was cut off at the greatest length that was asked for.
    pub is_cut: bool,
    pub input_tokens: usize,
    pub output_tokens: usize,
}

/// What an answer is to look like.
pub(super) enum Format<'a> {
    Text,
    /// JSON of this schema.
    Schema(&'a Value),
    /// JSON of the shape that the prompt names.
    Json,
}

impl Answer {
    /// `most`: as many tokens as it may have.
    pub(super) fn to(conversation: &Conversation, format: &Format<'_>, most: Option<usize>, rules: &Rules) -> Self {
        let text = match format {
            Format::Text => structured::summary(conversation, rules).unwrap_or_else(|| rules.answer(conversation)),
            Format::Schema(schema) => structured::answer(conversation, schema, rules).to_string(),
            Format::Json => {
                let prompt: Vec<&str> = conversation.texts().collect();
                let schema = structured::shape::asked_for(&prompt.join("\n")).unwrap_or_else(
                    || serde_json::json!({ "type": "object", "properties": { "answer": { "type": "string" } } }),
                );
                structured::answer(conversation, &schema, rules).to_string()
            }
        };
        let (text, is_cut) = tokens::cut(text, most);
        Self {
            input_tokens: tokens::of_all(conversation.texts()),
            output_tokens: tokens::of(&text),
            text,
            is_cut,
        }
    }

    /// The text in the pieces in which it is streamed: words, each with the space before it.
    pub(super) fn pieces(&self) -> Vec<String> {
        let mut pieces: Vec<String> = vec![];
        for word in self.text.split_inclusive(char::is_whitespace) {
            pieces.push(word.to_owned());
        }
        pieces
    }
}
