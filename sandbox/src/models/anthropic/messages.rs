//! `POST /v1/messages`.

use super::stream;
use crate::models::Models;
use crate::models::answer::{Answer, Format};
use crate::models::conversation::{Conversation, Role, content};
use crate::models::error::{Dialect, Refusal};
use crate::models::surface::Surface;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
struct Request {
    model: String,
    max_tokens: usize,
    messages: Vec<Message>,
    #[serde(default)]
    system: Value,
    #[serde(default)]
    stream: bool,
    temperature: Option<f64>,
    #[serde(default)]
    tools: Vec<Value>,
    #[serde(default)]
    tool_choice: Value,
    #[serde(default)]
    output_config: Value,
}

#[derive(Debug, Deserialize)]
struct Message {
    role: String,
    content: Value,
}

/// A message to be sent whole or streamed.
pub(super) struct Reply {
    pub id: String,
    pub model: String,
    pub answer: Answer,
    /// The forced tool; the answer is its input.
    pub tool: Option<String>,
}

pub(in crate::models) async fn create(State(models): State<Models>, body: Bytes) -> Response {
    match write(&models, &body) {
        Ok((reply, true)) => stream::stream(&reply, models.inner().settings.word_delay),
        Ok((reply, false)) => Json(reply.whole()).into_response(),
        Err(refusal) => refusal.into_response(Dialect::Anthropic),
    }
}

fn write(models: &Models, body: &[u8]) -> Result<(Reply, bool), Refusal> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Refusal::bad("The request body is not valid JSON."))?;
    models.inner().journal.record(Surface::Messages, body.clone());
    let request: Request = serde_json::from_value(body).map_err(|error| Refusal::bad(error.to_string()))?;
    Surface::Messages.check(&request.model)?;
    let conversation = request.conversation()?;
    let tool = request.tool()?;
    let schema = &request.output_config["format"]["schema"];
    let format = match &tool {
        Some((_, schema)) => Format::Schema(schema),
        None if schema.is_object() => Format::Schema(schema),
        None => Format::Text,
    };
    let reply = Reply {
        id: models.next_id("msg_sandbox"),
        answer: Answer::to(
            &conversation,
            &format,
            Some(request.max_tokens),
            &models.inner().settings.rules,
        ),
        tool: tool.map(|(name, _)| name),
        model: request.model,
    };
    Ok((reply, request.stream))
}

impl Request {
    fn conversation(&self) -> Result<Conversation, Refusal> {
        if self.max_tokens == 0 {
            return Err(Refusal::bad("max_tokens: Input should be greater than or equal to 1"));
        }
        if let Some(temperature) = self.temperature
            && !(0.0..=1.0).contains(&temperature)
        {
            return Err(Refusal::bad("temperature: range: 0..1"));
        }
        match self.messages.first() {
            None => return Err(Refusal::bad("messages: at least one message is required")),
            Some(first) if first.role != "user" => {
                return Err(Refusal::bad("messages: first message must use the \"user\" role"));
            }
            Some(_) => {}
        }
        let only_text =
            || Refusal::bad("messages: the sandbox supports text only, not images, documents or tool results");
        let mut conversation = Conversation::default();
        if !self.system.is_null() {
            conversation.add_system(&content(&self.system).ok_or_else(only_text)?);
        }
        for message in &self.messages {
            let text = content(&message.content).ok_or_else(only_text)?;
            let role = match message.role.as_str() {
                "user" => Role::User,
                "assistant" => Role::Assistant,
                other => {
                    let message =
                        format!("messages: Unexpected role \"{other}\". Allowed roles are \"user\" or \"assistant\".");
                    return Err(Refusal::bad(message));
                }
            };
            // https://docs.anthropic.com/en/api/errors: empty text is rejected.
            if text.trim().is_empty() {
                return Err(Refusal::bad("messages: text content blocks must be non-empty"));
            }
            conversation.add(role, &text);
        }
        Ok(conversation)
    }

    /// The forced tool and its input schema.
    fn tool(&self) -> Result<Option<(String, Value)>, Refusal> {
        if self.tools.is_empty() || self.tool_choice["type"] == "none" {
            return Ok(None);
        }
        let forced = match self.tool_choice["type"].as_str() {
            Some("tool") => self.tools.iter().find(|tool| tool["name"] == self.tool_choice["name"]),
            Some("any") if self.tools.len() == 1 => self.tools.first(),
            _ => None,
        };
        let Some(tool) = forced else {
            return Err(Refusal::bad(
                "tool_choice: the sandbox uses a tool only when tool_choice forces it",
            ));
        };
        let name = tool["name"].as_str().unwrap_or_default().to_owned();
        Ok(Some((name, tool["input_schema"].clone())))
    }
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

    fn whole(&self) -> Value {
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
