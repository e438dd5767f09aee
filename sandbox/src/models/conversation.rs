//! A conversation, as both providers' requests describe it.

use serde_json::Value;

/// Who said something to a model, or was it the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    User,
    Assistant,
}

/// What a model is asked: what it is to be, and what was said.
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

    /// Everything that the model is told, to be counted.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.system.as_str()).chain(self.turns.iter().map(|(_, text)| text.as_str()))
    }
}

/// A message's content: a text, or a list of parts of which those of type `text` count. `None`: neither.
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
