//! Chat completions with OpenAI's API, which Ollama, vLLM and many others implement:
//! <https://platform.openai.com/docs/api-reference/chat>.

use super::ModelError;
use super::chat::{ChatRequest, Format, RawAnswer, tokens};
use super::dialect::Dialect;
use super::surface::Answer;
use crate::outbound::from_json;
use serde_json::{Value, json};

/// The default address.
pub const OPENAI: &str = "https://api.openai.com/v1";

pub(super) fn body(request: &ChatRequest, model: &str, base_url: &str, dialect: Dialect) -> Value {
    let instructions = dialect.instructions(request);
    let system = json!({"role": "system", "content": instructions});
    let messages = request
        .spoken_messages()
        .map(|message| json!({"role": message.role.as_str(), "content": message.text}));
    let system = (!instructions.trim().is_empty()).then_some(system);
    let mut body = json!({
        "model": model,
        "messages": system.into_iter().chain(messages).collect::<Vec<_>>(),
    });
    // OpenAI's newer models refuse the old name; not all compatible services support the new one.
    let limit = if is_openai(base_url) {
        "max_completion_tokens"
    } else {
        "max_tokens"
    };
    body[limit] = request.max_tokens.into();
    let takes_temperature = dialect != Dialect::Plain && !is_reasoning_model(model);
    if let Some(temperature) = request.temperature.filter(|_| takes_temperature) {
        body["temperature"] = temperature.into();
    }
    match (&request.format, dialect) {
        (Format::JsonSchema { name, schema }, Dialect::Schema) => {
            body["response_format"] = json!({
                "type": "json_schema",
                "json_schema": {"name": name, "schema": schema, "strict": true},
            });
        }
        (Format::JsonSchema { .. }, Dialect::JsonObject) => body["response_format"] = json!({"type": "json_object"}),
        _ => {}
    }
    body
}

/// Whether it is one of OpenAI's reasoning models (`o3`, `gpt-5-mini`), which refuse a temperature.
fn is_reasoning_model(model: &str) -> bool {
    let generation = |prefix| model.strip_prefix(prefix).and_then(|rest| rest.chars().next());
    generation("o").is_some_and(|digit| digit.is_ascii_digit())
        || generation("gpt-").is_some_and(|digit| ('5'..='9').contains(&digit))
}

/// Whether the address is OpenAI's own.
pub(super) fn is_openai(base_url: &str) -> bool {
    url::Url::parse(base_url).is_ok_and(|url| url.host_str() == Some("api.openai.com"))
}

/// Only the text is required. It is a string, or a list of parts; what a model thought stands elsewhere and is ignored.
pub(super) fn read(answer: &Answer) -> Result<RawAnswer, ModelError> {
    let completion: Value =
        from_json(&answer.body).map_err(|_| ModelError::Malformed("the response is not a chat completion"))?;
    let choice = completion["choices"]
        .get(0)
        .ok_or(ModelError::Malformed("there is no choice"))?;
    let finish_reason = choice["finish_reason"].as_str();
    if finish_reason == Some("content_filter") {
        return Err(ModelError::Malformed("the provider's content filter removed the text"));
    }
    let text = text(&choice["message"]["content"]).filter(|text| !text.trim().is_empty());
    let refusal = choice["message"]["refusal"].as_str().unwrap_or_default();
    if text.is_none() && !refusal.is_empty() {
        return Err(ModelError::Malformed("the model declined"));
    }
    Ok(RawAnswer {
        text: text.ok_or(ModelError::Malformed("there is no text"))?,
        model: completion["model"].as_str().map(str::to_owned),
        tokens: tokens(&completion["usage"], "prompt_tokens", "completion_tokens"),
        truncated: finish_reason == Some("length"),
    })
}

fn text(content: &Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part["text"].as_str().or(part.as_str()));
            Some(texts.collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasoning_models_are_recognized_by_name() {
        for model in ["o3", "o4-mini", "gpt-5", "gpt-5-mini"] {
            assert!(is_reasoning_model(model), "{model}");
        }
        for model in ["gpt-4o-mini", "gpt-4.1", "gpt-oss-20b", "llama3.2", "olmo2"] {
            assert!(!is_reasoning_model(model), "{model}");
        }
    }

    #[test]
    fn openai_is_recognized_by_its_host() {
        assert!(is_openai(OPENAI));
        assert!(!is_openai("http://localhost:11434/v1"));
        assert!(!is_openai("https://api.openai.com.example/v1"));
    }
}
