//! The models over HTTP: with the official clients where they cover the API, otherwise with plain requests.

mod anthropic;
mod chat;
mod faults;
mod replies;
mod speech;
mod structured;

use crate::official_clients::outcomes;
use sandbox::models::{Models, Server, Settings};
use serde_json::{Value, json};

pub const KEY: &str = "sk-not-a-real-key";

/// Starts models that require [`KEY`].
pub async fn start() -> Server {
    start_with(Settings {
        keys: vec![KEY.to_owned()],
        ..Settings::default()
    })
    .await
}

pub async fn start_with(settings: Settings) -> Server {
    Server::start(Models::new(settings)).await.expect("a free port")
}

/// A call of OpenAI's client.
pub fn openai(server: &Server, call: &str, args: Value) -> Value {
    let call = json!({ "client": "openai", "base_url": server.openai_url(), "key": KEY, "call": call });
    with(call, "args", args)
}

/// A call of Anthropic's client.
pub fn anthropic(server: &Server, call: &str, args: Value) -> Value {
    let call = json!({ "client": "anthropic", "base_url": server.url(), "key": KEY, "call": call });
    with(call, "args", args)
}

pub fn with(mut call: Value, name: &str, value: impl Into<Value>) -> Value {
    call[name] = value.into();
    call
}

/// The values of the calls, all of which must succeed.
pub async fn values(calls: Vec<Value>) -> Vec<Value> {
    let values = outcomes(calls).await;
    values
        .into_iter()
        .map(|mut outcome| {
            assert!(outcome["error"].is_null(), "{outcome:#}");
            outcome["value"].take()
        })
        .collect()
}

/// The errors of the calls, all of which must fail.
pub async fn errors(calls: Vec<Value>) -> Vec<Value> {
    let values = outcomes(calls).await;
    values
        .into_iter()
        .map(|mut outcome| {
            assert!(outcome["error"].is_object(), "{outcome:#}");
            outcome["error"].take()
        })
        .collect()
}

/// Messages with one user turn.
pub fn user_message(text: &str) -> Value {
    json!([{ "role": "user", "content": text }])
}
