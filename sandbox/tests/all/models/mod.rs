//! The models from outside: over HTTP, by the official packages where these have a say, and otherwise by hand.

mod anthropic;
mod chat;
mod faults;
mod sound;
mod structured;

use crate::official_clients::outcomes;
use sandbox::models::{Models, Server, Settings};
use serde_json::{Value, json};

pub const KEY: &str = "sk-not-a-real-key";

/// Models that want this key.
pub async fn start() -> Server {
    start_with(Settings {
        keys: vec![KEY.to_owned()],
        ..Settings::default()
    })
    .await
}

pub async fn start_with(settings: Settings) -> Server {
    Server::start(Models::new(settings)).await.expect("a port is free")
}

/// A call of OpenAI's package.
pub fn openai(server: &Server, call: &str, args: Value) -> Value {
    let call = json!({ "client": "openai", "base_url": server.openai_url(), "key": KEY, "call": call });
    with(call, "args", args)
}

/// A call of Anthropic's package.
pub fn anthropic(server: &Server, call: &str, args: Value) -> Value {
    let call = json!({ "client": "anthropic", "base_url": server.url(), "key": KEY, "call": call });
    with(call, "args", args)
}

pub fn with(mut call: Value, name: &str, value: impl Into<Value>) -> Value {
    call[name] = value.into();
    call
}

/// What became of the calls, none of which may have failed.
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

/// The error of each call, all of which must have failed.
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

/// One user's words.
pub fn says(text: &str) -> Value {
    json!([{ "role": "user", "content": text }])
}
