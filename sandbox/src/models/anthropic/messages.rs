//! `POST /v1/messages`.

use super::reply::Reply;
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
use serde_json::Value;

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
            &models.inner().scripts,
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
