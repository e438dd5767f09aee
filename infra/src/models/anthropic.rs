//! Anthropic's Messages API: <https://docs.anthropic.com/en/api/messages>.

use super::ModelError;
use super::chat::{ChatRequest, Format, Message, RawAnswer, Role};
use super::surface::Answer;
use domain::call::value::TokenCount;
use serde::Deserialize;
use serde_json::{Value, json};

/// The default address.
pub const ANTHROPIC: &str = "https://api.anthropic.com";
/// The API version of the requests.
pub(super) const VERSION: &str = "2023-06-01";

/// User message before a conversation that the model starts: the first message must be the user's.
const CALL_START: &str = "(The call begins.)";
/// User message after a last message by the model: the API refuses a conversation that ends with the model's message.
const SILENCE: &str = "(Nothing is said.)";

/// The request body. It has no temperature: from Claude 5.5 on, models refuse any but their default.
pub(super) fn body(request: &ChatRequest, model: &str) -> Value {
    let mut messages: Vec<&Message> = request.spoken_messages().collect();
    let (call_start, silence) = (Message::user(CALL_START), Message::user(SILENCE));
    if messages.first().is_none_or(|first| first.role == Role::Assistant) {
        messages.insert(0, &call_start);
    }
    if messages.last().is_some_and(|last| last.role == Role::Assistant) {
        messages.push(&silence);
    }
    let as_json = |message: &&Message| json!({"role": message.role.as_str(), "content": message.text});
    let mut body = json!({
        "model": model,
        "max_tokens": request.max_tokens,
        "messages": messages.iter().map(as_json).collect::<Vec<_>>(),
    });
    if !request.system.trim().is_empty() {
        body["system"] = request.system.as_str().into();
    }
    if let Some(thinking) = thinking_setting(model) {
        body["thinking"] = json!({"type": thinking});
    }
    if let Format::JsonSchema { schema, .. } = &request.format {
        body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema}});
    }
    body
}

/// The setting that disables extended thinking: the caller is waiting, and thinking counts as output tokens. `None` if
/// the model does not think by default (before Claude 5), or always does (Opus 5.5, Fable); then `max_tokens` must
/// include it. <https://platform.claude.com/docs/en/models/haiku-5-5/migration-guide>, and the guides of the other
/// models.
fn thinking_setting(model: &str) -> Option<&'static str> {
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

pub(super) fn read(answer: &Answer) -> Result<RawAnswer, ModelError> {
    let reply: Reply =
        serde_json::from_slice(&answer.body).map_err(|_| ModelError::Malformed("the response is not a message"))?;
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
    Ok(RawAnswer {
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
    fn thinking_is_disabled_for_models_that_support_it() {
        assert_eq!(thinking_setting("claude-haiku-5-5"), Some("disabled"));
        assert_eq!(thinking_setting("claude-sonnet-5-5"), Some("between_tools"));
        assert_eq!(thinking_setting("claude-opus-5"), Some("disabled"));
        assert_eq!(thinking_setting("claude-opus-5-5"), None);
        assert_eq!(thinking_setting("claude-haiku-4-5-20251001"), None);
    }
}
