//! A message as the API returns it: <https://docs.anthropic.com/en/api/messages>.

use crate::models::answer::Answer;
use serde_json::{Value, json};

/// A message to be sent whole or streamed.
pub(super) struct Reply {
    pub id: String,
    pub model: String,
    pub answer: Answer,
    /// The forced tool; the answer is its input.
    pub tool: Option<String>,
}

impl Reply {
    pub(super) fn stop_reason(&self) -> &'static str {
        match &self.tool {
            _ if self.answer.is_cut => "max_tokens",
            Some(_) => "tool_use",
            None => "end_turn",
        }
    }

    /// The message without its content.
    pub(super) fn head(&self, output_tokens: usize) -> Value {
        json!({
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": { "input_tokens": self.answer.input_tokens, "output_tokens": output_tokens },
        })
    }

    /// A `tool_use` block with this input.
    pub(super) fn tool_use(&self, name: &str, input: &Value) -> Value {
        json!({ "type": "tool_use", "id": format!("toolu_{}", self.id), "name": name, "input": input })
    }

    /// The whole message.
    pub(super) fn whole(&self) -> Value {
        let mut whole = self.head(self.answer.output_tokens);
        let block = match &self.tool {
            Some(name) => self.tool_use(
                name,
                &serde_json::from_str(&self.answer.text).unwrap_or_else(|_| json!({})),
            ),
            None => json!({ "type": "text", "text": self.answer.text }),
        };
        whole["content"] = json!([block]);
        whole["stop_reason"] = json!(self.stop_reason());
        whole
    }
}
