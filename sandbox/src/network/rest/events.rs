//! `Calls/{Sid}/Events.json`: every request that was made for a call, and its answer.
//! <https://www.twilio.com/docs/voice/api/call-event-resource>
//!
//! Empty until some time after the call has ended; how long, the network's options say. What the service asked of the
//! network is not listed.

use super::Answer;
use super::error::RestError;
use super::form::Form;
use super::page::page;
use crate::network::exchange::{Exchange, Request};
use crate::twilio::params::rfc_2822;
use axum::extract::{OriginalUri, Path, State};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct CallPath {
    call: String,
}

pub(super) async fn list(
    State(net): State<Arc<Exchange>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<CallPath>,
) -> Answer {
    let query = Form::query(uri.query());
    let lag = TimeDelta::from_std(net.options.events_lag).unwrap_or_default();
    let state = net.state();
    let call = state.call(&path.call).ok_or_else(|| RestError::not_found(uri.path()))?;
    let there = lag.is_zero() || call.ended.is_some_and(|ended| net.clock.now() >= ended + lag);
    let found: Vec<Value> = if there {
        call.requests.iter().map(event).collect()
    } else {
        vec![]
    };
    Ok(page(&uri, &query, "events", &found))
}

fn event(request: &Request) -> Value {
    let parameters: Map<String, Value> = request
        .parameters
        .iter()
        .map(|(name, value)| (snake(name), Value::String(value.clone())))
        .collect();
    json!({
        "request": {
            "method": request.method,
            "url": request.url,
            "parameters": parameters,
        },
        "response": {
            "response_code": request.status,
            "request_duration": request.took_ms,
            "content_type": request.content_type,
            "response_body": request.body,
            "date_created": rfc_2822(request.at),
        },
    })
}

/// `CallSid` as `call_sid`: so Twilio writes the names there.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for char in name.chars() {
        if char.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(char.to_ascii_lowercase());
    }
    snake
}
