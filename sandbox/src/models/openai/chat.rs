//! `POST /v1/chat/completions`: <https://platform.openai.com/docs/api-reference/chat/create>.

use super::chunks;
use super::completion::Completion;
use crate::models::answer::{Answer, Format};
use crate::models::conversation::{Conversation, Role, content};
use crate::models::error::{Dialect, Refusal};
use crate::models::structured::strict;
use crate::models::surface::Surface;
use crate::models::{Models, now};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

/// The request fields that affect an answer; other fields are ignored.
#[derive(Debug, Deserialize)]
pub(super) struct Request {
    model: String,
    messages: Vec<Message>,
    #[serde(default)]
    pub stream: bool,
    #[serde(default)]
    stream_options: StreamOptions,
    response_format: Option<Value>,
    max_tokens: Option<usize>,
    max_completion_tokens: Option<usize>,
    temperature: Option<f64>,
    n: Option<u32>,
    #[serde(default)]
    tools: Vec<Value>,
    tool_choice: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

#[derive(Debug, Deserialize)]
struct Message {
    role: String,
    #[serde(default)]
    content: Value,
}

pub(in crate::models) async fn create(State(models): State<Models>, body: Bytes) -> Response {
    match complete(&models, &body) {
        Ok((completion, true)) => chunks::stream(&completion, models.inner().settings.word_delay),
        Ok((completion, false)) => Json(completion.whole()).into_response(),
        Err(refusal) => refusal.into_response(Dialect::OpenAi),
    }
}

fn complete(models: &Models, body: &[u8]) -> Result<(Completion, bool), Refusal> {
    let body: Value =
        serde_json::from_slice(body).map_err(|_| Refusal::bad("We could not parse the JSON body of your request."))?;
    models.inner().journal.record(Surface::Chat, body.clone());
    let request: Request =
        serde_json::from_value(body).map_err(|error| Refusal::bad(format!("Invalid request: {error}")))?;
    Surface::Chat.check(&request.model)?;
    let conversation = request.conversation()?;
    let function = request.function()?;
    let format = match &function {
        Some((_, parameters)) => Format::Schema(parameters),
        None => request.format(&conversation)?,
    };
    let max_tokens = request.max_completion_tokens.or(request.max_tokens);
    let completion = Completion {
        id: models.next_id("chatcmpl-sandbox"),
        created: now(),
        answer: Answer::to(&conversation, &format, max_tokens, &models.inner().scripts),
        function: function.map(|(name, _)| name),
        model: request.model,
        includes_usage: request.stream_options.include_usage,
    };
    Ok((completion, request.stream))
}

impl Request {
    fn conversation(&self) -> Result<Conversation, Refusal> {
        if self.messages.is_empty() {
            let message = "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";
            return Err(Refusal::bad(message).with_param("messages"));
        }
        if self.n.is_some_and(|n| n != 1) {
            return Err(Refusal::bad("The sandbox returns one choice: omit 'n'.").with_param("n"));
        }
        if let Some(temperature) = self.temperature
            && !(0.0..=2.0).contains(&temperature)
        {
            let message =
                format!("Invalid 'temperature': expected a value from 0 to 2, but got {temperature} instead.");
            return Err(Refusal::bad(message).with_param("temperature"));
        }
        let mut conversation = Conversation::default();
        for message in &self.messages {
            let text = content(&message.content);
            match (message.role.as_str(), text) {
                ("user", Some(text)) => conversation.add(Role::User, &text),
                ("assistant", text) => conversation.add(Role::Assistant, &text.unwrap_or_default()),
                // A tool result is context for the model, not a turn of either party.
                ("system" | "developer" | "tool" | "function", Some(text)) => conversation.add_system(&text),
                ("system" | "developer" | "user" | "tool" | "function", None) => {
                    return Err(
                        Refusal::bad("The sandbox supports text messages only, not images, audio or files.")
                            .with_param("messages"),
                    );
                }
                (role, _) => {
                    let supported = "'system', 'assistant', 'user', 'function', 'tool', and 'developer'";
                    let message = format!("Invalid value: '{role}'. Supported values are: {supported}.");
                    return Err(Refusal::bad(message).with_param("messages").with_code("invalid_value"));
                }
            }
        }
        Ok(conversation)
    }

    /// The forced function and its parameters.
    fn function(&self) -> Result<Option<(String, Value)>, Refusal> {
        let choice = self.tool_choice.as_ref().unwrap_or(&Value::Null);
        if self.tools.is_empty() || choice == "none" {
            return Ok(None);
        }
        let forced = match choice["function"]["name"].as_str() {
            Some(name) => self.tools.iter().find(|tool| tool["function"]["name"] == name),
            None if choice == "required" && self.tools.len() == 1 => self.tools.first(),
            None => None,
        };
        let Some(function) = forced.map(|tool| &tool["function"]) else {
            let message = "The sandbox calls a tool only when 'tool_choice' names one of 'tools'.";
            return Err(Refusal::bad(message).with_param("tool_choice"));
        };
        let name = function["name"].as_str().unwrap_or_default().to_owned();
        Ok(Some((name, function["parameters"].clone())))
    }

    fn format(&self, conversation: &Conversation) -> Result<Format<'_>, Refusal> {
        let Some(format) = &self.response_format else {
            return Ok(Format::Text);
        };
        let refused = |message: &str| Err(Refusal::bad(message).with_param("response_format"));
        match format["type"].as_str() {
            Some("text") => Ok(Format::Text),
            Some("json_object") => {
                // https://platform.openai.com/docs/guides/structured-outputs#json-mode
                if !conversation.texts().any(|text| text.to_lowercase().contains("json")) {
                    return refused(
                        "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
                    );
                }
                Ok(Format::Json)
            }
            Some("json_schema") => {
                let outer = &format["json_schema"];
                let Some(name) = outer["name"].as_str().filter(|name| is_name(name)) else {
                    return refused(
                        "Invalid 'response_format.json_schema.name': use 1 to 64 letters, digits, '_' or '-'.",
                    );
                };
                let Some(schema) = outer.get("schema").filter(|schema| schema.is_object()) else {
                    return refused("Missing required parameter: 'response_format.json_schema.schema'.");
                };
                if outer["strict"] == true
                    && let Some(fault) = strict::fault(schema)
                {
                    return refused(&format!("Invalid schema for response_format '{name}': {fault}"));
                }
                Ok(Format::Schema(schema))
            }
            _ => refused("Invalid 'response_format.type': use 'text', 'json_object' or 'json_schema'."),
        }
    }
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-')
}
