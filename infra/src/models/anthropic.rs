//! Anthropic's Messages API: <https://docs.anthropic.com/en/api/messages>.

use super::ModelError;
use super::chat::{ChatRequest, Format, Message, RawAnswer, Role, tokens};
use super::dialect::Dialect;
use super::surface::Answer;
use crate::outbound::from_json;
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
pub(super) fn body(request: &ChatRequest, model: &str, dialect: Dialect) -> Value {
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
    let instructions = dialect.instructions(request);
    if !instructions.trim().is_empty() {
        body["system"] = instructions.into();
    }
    if let Some(thinking) = thinking_setting(model).filter(|_| dialect != Dialect::Plain) {
        body["thinking"] = json!({"type": thinking});
    }
    if let (Format::JsonSchema { schema, .. }, Dialect::Schema) = (&request.format, dialect) {
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

/// Only the text is required.
pub(super) fn read(answer: &Answer) -> Result<RawAnswer, ModelError> {
    let reply: Value = from_json(&answer.body).map_err(|_| ModelError::Malformed("the response is not a message"))?;
    let stop_reason = reply["stop_reason"].as_str();
    if stop_reason == Some("refusal") {
        return Err(ModelError::Malformed("the model declined"));
    }
    let blocks = reply["content"]
        .as_array()
        .ok_or(ModelError::Malformed("the response is not a message"))?;
    let texts = blocks.iter().filter(|block| block["type"] == "text");
    Ok(RawAnswer {
        text: texts.filter_map(|block| block["text"].as_str()).collect(),
        model: reply["model"].as_str().map(str::to_owned),
        tokens: tokens(&reply["usage"], "input_tokens", "output_tokens"),
        truncated: stop_reason == Some("max_tokens"),
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
