//! Provider-independent form of a conversation.

use serde_json::Value;

/// Author of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    User,
    Assistant,
}

/// System prompt and turns of a request.
#[derive(Debug, Clone, Default)]
pub(super) struct Conversation {
    pub system: String,
    pub turns: Vec<(Role, String)>,
}

impl Conversation {
    pub(super) fn add(&mut self, role: Role, text: &str) {
        self.turns.push((role, text.to_owned()));
    }

    pub(super) fn add_system(&mut self, text: &str) {
        if !self.system.is_empty() {
            self.system.push('\n');
        }
        self.system.push_str(text);
    }

    pub(super) fn said_by(&self, role: Role) -> impl Iterator<Item = &str> {
        self.turns
            .iter()
            .filter(move |(who, _)| *who == role)
            .map(|(_, text)| text.as_str())
    }

    /// System prompt and all turns, for token counting.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.system.as_str()).chain(self.turns.iter().map(|(_, text)| text.as_str()))
    }
}

/// Text of a message's content: a string, or a list of parts that are all of type `text`. `None` for anything else.
pub(super) fn content(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts
            .iter()
            .map(|part| (part["type"] == "text").then(|| part["text"].as_str()).flatten())
            .collect::<Option<Vec<_>>>()
            .map(|texts| texts.join("\n")),
        _ => None,
    }
}
