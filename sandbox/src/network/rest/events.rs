//! `Calls/{Sid}/Events.json`: the requests to the service about a call, and its answers.
//! <https://www.twilio.com/docs/voice/api/call-event-resource>
//!
//! Empty until [`events_lag`](crate::network::Options::events_lag) after the end of the call. REST requests of the
//! service are not listed.

use super::Answer;
use super::error::RestError;
use super::form::Form;
use super::page::page;
use crate::network::switch::{Request, Switch};
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
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<CallPath>,
) -> Answer {
    let query = Form::query(uri.query());
    let lag = TimeDelta::from_std(net.options.events_lag).unwrap_or_default();
    let state = net.state();
    let call = state.call(&path.call).ok_or_else(|| RestError::not_found(uri.path()))?;
    let is_available = lag.is_zero() || call.ended.is_some_and(|ended| net.clock.now() >= ended + lag);
    let found: Vec<Value> = if is_available {
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

/// Converts `CallSid` to `call_sid`, as Twilio names parameters in events.
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
