//! The network from outside: a small product that answers it, callers that talk with the product, and REST.

mod callbacks;
mod clients;
mod commands;
mod conferences;
mod control;
mod conversation;
mod dialling;
mod errors;
mod judge;
mod media;
mod product;
mod recordings;
mod rest;
mod stream_copies;
mod stream_ends;
mod streams;
mod voicemail;

pub use product::{Product, Reply};

use reqwest::{Method, StatusCode};
use sandbox::network::exchange::State;
use sandbox::network::person::Behaviour;
use sandbox::network::scenario::Scenario;
use sandbox::network::{ApplicationSpec, Network, NumberSpec, Options, Running};
use serde_json::Value;
use std::time::Duration;

pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub const TOKEN: &str = "not a real token";
pub const NUMBER: &str = "+15045550100";
pub const APPLICATION: &str = "AP0123456789abcdef0123456789abcdef";

/// A network with one number and one application, both of the product, two hundred times as fast as the world.
pub async fn network(product: &Product) -> Running {
    network_with(product, |_| ()).await
}

pub async fn network_with(product: &Product, change: impl FnOnce(&mut Options)) -> Running {
    let mut options = Options::new(ACCOUNT, TOKEN);
    options.speed = 200.0;
    options.settle = Duration::from_millis(5);
    options.events_lag = Duration::ZERO;
    options.numbers = vec![NumberSpec {
        phone_number: NUMBER.to_owned(),
        voice_url: Some(product.url("/voice")),
        voice_fallback_url: None,
        status_callback: Some(product.url("/status")),
    }];
    options.applications = vec![ApplicationSpec {
        sid: APPLICATION.to_owned(),
        voice_url: Some(product.url("/browser")),
        status_callback: Some(product.url("/browser-status")),
    }];
    change(&mut options);
    Network::start(options).await.expect("a network starts")
}

/// A caller with these steps.
pub fn caller(steps: &str) -> Scenario {
    let text = format!("description = 'test'\n[caller]\nfrom = '+15045550142'\nsteps = [{steps}]");
    Scenario::from_toml(&text).expect("a scenario")
}

/// A caller for whom the test speaks.
pub fn typist() -> Scenario {
    Scenario::typed("+15045550142", None)
}

/// Somebody who picks up, and for whom the test speaks.
pub fn typed() -> Behaviour {
    Behaviour {
        typed: true,
        ..Behaviour::default()
    }
}

/// Waits until something is true of what the network knows.
pub async fn until(running: &Running, what: &str, is_so: impl Fn(&mut State) -> bool) {
    let mut told = running.exchange().told.subscribe();
    let wait = async {
        loop {
            told.borrow_and_update();
            if is_so(&mut running.exchange().state()) {
                return;
            }
            tokio::select! {
                changed = told.changed() => changed.expect("the network lives"),
                // Some things are not told to followers.
                () = tokio::time::sleep(Duration::from_millis(5)) => {}
            }
        }
    };
    assert!(
        tokio::time::timeout(Duration::from_secs(20), wait).await.is_ok(),
        "never: {what}"
    );
}

/// One client for a whole test: making one takes a moment, and a moment is long at two hundred times its speed.
pub fn client() -> reqwest::Client {
    static CLIENT: std::sync::OnceLock<reqwest::Client> = std::sync::OnceLock::new();
    let make = || {
        reqwest::Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()
            .expect("a client")
    };
    CLIENT.get_or_init(make).clone()
}

/// A REST request with the account's own token.
pub async fn rest(running: &Running, method: Method, path: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}{path}", running.base_url);
    let request = client().request(method.clone(), url).basic_auth(ACCOUNT, Some(TOKEN));
    let request = if method == Method::GET {
        request.query(form)
    } else {
        request.form(form)
    };
    let response = request.send().await.expect("the network answers");
    let status = response.status();
    let body = response.text().await.expect("it answers with text");
    (status, serde_json::from_str(&body).unwrap_or(Value::Null))
}

pub async fn get(running: &Running, path: &str) -> Value {
    let (status, body) = rest(running, Method::GET, path, &[]).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

pub async fn post(running: &Running, path: &str, form: &[(&str, &str)]) -> Value {
    let (status, body) = rest(running, Method::POST, path, form).await;
    assert!(status.is_success(), "{path}: {status} {body}");
    body
}

/// The refusal of a POST: status and Twilio's number.
pub async fn refused(running: &Running, path: &str, form: &[(&str, &str)]) -> (u16, u64) {
    let (status, body) = rest(running, Method::POST, path, form).await;
    (status.as_u16(), body["code"].as_u64().unwrap_or(0))
}

/// Types for somebody.
pub async fn types(running: &Running, sid: &str, line: &str) {
    let url = format!("{}/sandbox/calls/{sid}/line", running.base_url);
    let response = client()
        .post(url)
        .body(line.to_owned())
        .send()
        .await
        .expect("it answers");
    assert_eq!(response.status(), StatusCode::NO_CONTENT, "{line}");
}
