//! A chat completion as the API returns it: <https://platform.openai.com/docs/api-reference/chat/object>.

use crate::models::answer::Answer;
use serde_json::{Value, json};

/// A completion to be sent whole or streamed.
pub(super) struct Completion {
    pub id: String,
    pub created: i64,
    pub model: String,
    pub answer: Answer,
    /// The forced function; the answer is its arguments.
    pub function: Option<String>,
    pub includes_usage: bool,
}

impl Completion {
    /// A forced function call also ends with `stop`: <https://platform.openai.com/docs/guides/function-calling>.
    pub(super) fn finish_reason(&self) -> &'static str {
        if self.answer.is_cut { "length" } else { "stop" }
    }

    pub(super) fn usage(&self) -> Value {
        json!({
            "prompt_tokens": self.answer.input_tokens,
            "completion_tokens": self.answer.output_tokens,
            "total_tokens": self.answer.input_tokens + self.answer.output_tokens,
        })
    }

    /// The function call with its arguments.
    pub(super) fn call(&self, name: &str) -> Value {
        json!({
            "id": format!("call-{}", self.id),
            "type": "function",
            "function": { "name": name, "arguments": self.answer.text },
        })
    }

    /// The whole completion.
    pub(super) fn whole(&self) -> Value {
        let message = match &self.function {
            Some(name) => {
                json!({ "role": "assistant", "content": null, "refusal": null, "tool_calls": [self.call(name)] })
            }
            None => json!({ "role": "assistant", "content": self.answer.text, "refusal": null }),
        };
        json!({
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [{
                "index": 0,
                "message": message,
                "finish_reason": self.finish_reason(),
                "logprobs": null,
            }],
            "usage": self.usage(),
        })
    }
}
