//! Anthropic's Messages API: <https://docs.anthropic.com/en/api/messages>.

use super::ModelError;
use super::chat::{ChatRequest, Format, Message, Role, Written};
use super::surface::Answer;
use domain::call::value::TokenCount;
use serde::Deserialize;
use serde_json::{Value, json};

/// The default address.
pub const ANTHROPIC: &str = "https://api.anthropic.com";
/// The version of the API that is spoken here.
pub(super) const VERSION: &str = "2023-06-01";

/// Stands in a person's place before a conversation that the model begins: the first message must be the person's.
const BEGINNING: &str = "(The call begins.)";
/// Stands in a person's place after the model spoke last: a last message of the model's is refused.
const SILENCE: &str = "(Nothing is said.)";

/// No temperature is sent: from Claude 5.5 on, models refuse any but their own.
pub(super) fn body(request: &ChatRequest, model: &str) -> Value {
    let mut said: Vec<&Message> = request.said().collect();
    let (beginning, silence) = (Message::user(BEGINNING), Message::user(SILENCE));
    if said.first().is_none_or(|first| first.role == Role::Assistant) {
        said.insert(0, &beginning);
    }
    if said.last().is_some_and(|last| last.role == Role::Assistant) {
        said.push(&silence);
    }
    let as_json = |message: &&Message| json!({"role": message.role.as_str(), "content": message.text});
    let mut body = json!({
        "model": model,
        "max_tokens": request.max_tokens,
        "messages": said.iter().map(as_json).collect::<Vec<_>>(),
    });
    if !request.system.trim().is_empty() {
        body["system"] = request.system.as_str().into();
    }
    if let Some(thinking) = no_thinking(model) {
        body["thinking"] = json!({"type": thinking});
    }
    if let Format::JsonSchema { schema, .. } = &request.format {
        body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema}});
    }
    body
}

/// How a model is told not to think before it speaks: a caller waits, and thoughts count as written tokens. `None`: it
/// does not unless it is told to (before Claude 5), or it always does (Opus 5.5, Fable), and `max_tokens` must leave room.
/// <https://platform.claude.com/docs/en/models/haiku-5-5/migration-guide>, and its neighbours for the other models.
fn no_thinking(model: &str) -> Option<&'static str> {
    if model.starts_with("claude-sonnet-5-5") {
        Some("between_tools")
    } else if model.starts_with("claude-opus-5-5") {
        None
    } else {
        ["claude-haiku-5", "claude-sonnet-5", "claude-opus-5"]
            .iter()
            .any(|family| model.starts_with(family))
            .then_some("disabled")
    }
}

#[derive(Deserialize)]
struct Reply {
    model: Option<String>,
    content: Vec<Block>,
    stop_reason: Option<String>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        text: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Usage {
    input_tokens: u32,
    output_tokens: u32,
}

pub(super) fn read(answer: &Answer) -> Result<Written, ModelError> {
    let reply: Reply =
        serde_json::from_slice(&answer.body).map_err(|_| ModelError::Malformed("the answer is no message"))?;
    if reply.stop_reason.as_deref() == Some("refusal") {
        return Err(ModelError::Malformed("the model declined"));
    }
    let text: String = reply
        .content
        .into_iter()
        .filter_map(|block| match block {
            Block::Text { text } => Some(text),
            Block::Other => None,
        })
        .collect();
    Ok(Written {
        text,
        model: reply.model,
        tokens: reply.usage.map(|usage| TokenCount {
            input: usage.input_tokens,
            output: usage.output_tokens,
        }),
        truncated: reply.stop_reason.as_deref() == Some("max_tokens"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_that_can_be_told_not_to_think_are_told_so_in_their_own_words() {
        assert_eq!(no_thinking("claude-haiku-5-5"), Some("disabled"));
        assert_eq!(no_thinking("claude-sonnet-5-5"), Some("between_tools"));
        assert_eq!(no_thinking("claude-opus-5"), Some("disabled"));
        assert_eq!(no_thinking("claude-opus-5-5"), None);
        assert_eq!(no_thinking("claude-haiku-4-5-20251001"), None);
    }
}
