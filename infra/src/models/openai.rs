//! Chat completions with OpenAI's API, which Ollama, vLLM and many others implement:
//! <https://platform.openai.com/docs/api-reference/chat>.

use super::ModelError;
use super::chat::{ChatRequest, Format, RawAnswer};
use super::surface::Answer;
use domain::call::value::TokenCount;
use serde::Deserialize;
use serde_json::{Value, json};

/// The default address.
pub const OPENAI: &str = "https://api.openai.com/v1";

pub(super) fn body(request: &ChatRequest, model: &str, base_url: &str) -> Value {
    let system = json!({"role": "system", "content": request.system});
    let messages = request
        .spoken_messages()
        .map(|message| json!({"role": message.role.as_str(), "content": message.text}));
    let system = (!request.system.trim().is_empty()).then_some(system);
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
    if let Some(temperature) = request.temperature.filter(|_| !is_reasoning_model(model)) {
        body["temperature"] = temperature.into();
    }
    if let Format::JsonSchema { name, schema } = &request.format {
        body["response_format"] = json!({
            "type": "json_schema",
            "json_schema": {"name": name, "schema": schema, "strict": true},
        });
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

#[derive(Deserialize)]
struct Completion {
    model: Option<String>,
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: ResponseMessage,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct ResponseMessage {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: u32,
    completion_tokens: u32,
}

pub(super) fn read(answer: &Answer) -> Result<RawAnswer, ModelError> {
    let completion: Completion = serde_json::from_slice(&answer.body)
        .map_err(|_| ModelError::Malformed("the response is not a chat completion"))?;
    let choice = completion
        .choices
        .into_iter()
        .next()
        .ok_or(ModelError::Malformed("there is no choice"))?;
    if choice.message.refusal.is_some() {
        return Err(ModelError::Malformed("the model declined"));
    }
    if choice.finish_reason.as_deref() == Some("content_filter") {
        return Err(ModelError::Malformed("the provider's content filter removed the text"));
    }
    Ok(RawAnswer {
        text: choice
            .message
            .content
            .ok_or(ModelError::Malformed("there is no text"))?,
        model: completion.model,
        tokens: completion.usage.map(|usage| TokenCount {
            input: usage.prompt_tokens,
            output: usage.completion_tokens,
        }),
        truncated: choice.finish_reason.as_deref() == Some("length"),
    })
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
