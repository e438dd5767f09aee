//! Chat completions, as OpenAI's API has them and Ollama, vLLM and many others copy them:
//! <https://platform.openai.com/docs/api-reference/chat>.

use super::ModelError;
use super::chat::{ChatRequest, Format, Written};
use super::surface::Answer;
use domain::call::value::TokenCount;
use serde::Deserialize;
use serde_json::{Value, json};

/// The default address.
pub const OPENAI: &str = "https://api.openai.com/v1";

pub(super) fn body(request: &ChatRequest, model: &str, base_url: &str) -> Value {
    let system = json!({"role": "system", "content": request.system});
    let said = request
        .said()
        .map(|message| json!({"role": message.role.as_str(), "content": message.text}));
    let system = (!request.system.trim().is_empty()).then_some(system);
    let mut body = json!({
        "model": model,
        "messages": system.into_iter().chain(said).collect::<Vec<_>>(),
    });
    // OpenAI's newer models refuse the old name; of the copies, not all know the new one.
    let limit = if is_openai(base_url) {
        "max_completion_tokens"
    } else {
        "max_tokens"
    };
    body[limit] = request.max_tokens.into();
    if let Some(temperature) = request.temperature.filter(|_| !reasons(model)) {
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

/// Whether it is one of OpenAI's models that think first (`o3`, `gpt-5-mini`): they refuse a temperature.
fn reasons(model: &str) -> bool {
    let generation = |prefix| model.strip_prefix(prefix).and_then(|rest| rest.chars().next());
    generation("o").is_some_and(|digit| digit.is_ascii_digit())
        || generation("gpt-").is_some_and(|digit| ('5'..='9').contains(&digit))
}

/// Whether it is OpenAI itself that answers there.
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
    message: Said,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: u32,
    completion_tokens: u32,
}

pub(super) fn read(answer: &Answer) -> Result<Written, ModelError> {
    let completion: Completion =
        serde_json::from_slice(&answer.body).map_err(|_| ModelError::Malformed("the answer is no chat completion"))?;
    let choice = completion
        .choices
        .into_iter()
        .next()
        .ok_or(ModelError::Malformed("there is no choice"))?;
    if choice.message.refusal.is_some() {
        return Err(ModelError::Malformed("the model declined"));
    }
    if choice.finish_reason.as_deref() == Some("content_filter") {
        return Err(ModelError::Malformed("the provider's filter took the text"));
    }
    Ok(Written {
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
    fn models_that_think_first_are_known_by_their_names() {
        for model in ["o3", "o4-mini", "gpt-5", "gpt-5-mini"] {
            assert!(reasons(model), "{model}");
        }
        for model in ["gpt-4o-mini", "gpt-4.1", "gpt-oss-20b", "llama3.2", "olmo2"] {
            assert!(!reasons(model), "{model}");
        }
    }

    #[test]
    fn openai_itself_is_known_by_its_host() {
        assert!(is_openai(OPENAI));
        assert!(!is_openai("http://localhost:11434/v1"));
        assert!(!is_openai("https://api.openai.com.example/v1"));
    }
}
