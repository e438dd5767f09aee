//! The network from outside: a test service that answers it, scripted and typing callers, and REST.

mod browsers;
mod callbacks;
mod commands;
mod conferences;
mod control;
mod conversation;
mod dialing;
mod errors;
mod media;
mod product;
mod recordings;
mod rest;
mod stream_copies;
mod stream_ends;
mod streams;
mod twilio_client;
mod voicemail;

pub use product::{Product, Reply};

use reqwest::{Method, StatusCode};
use sandbox::network::party::Behavior;
use sandbox::network::scenario::Scenario;
use sandbox::network::switch::State;
use sandbox::network::{ApplicationSpec, Network, NumberSpec, Options, Running};
use serde_json::Value;
use std::time::Duration;

pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub const TOKEN: &str = "not a real token";
pub const NUMBER: &str = "+15045550100";
pub const APPLICATION: &str = "AP0123456789abcdef0123456789abcdef";

/// A network with one number and one application, both pointing to `product`, at 200 times real time.
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

/// A caller whose input the test types.
pub fn typist() -> Scenario {
    Scenario::typed("+15045550142", None)
}

/// A party that answers and whose input the test types.
pub fn typed() -> Behavior {
    Behavior {
        typed: true,
        ..Behavior::default()
    }
}

/// Waits until a condition holds for the network's state.
pub async fn until(running: &Running, what: &str, is_so: impl Fn(&mut State) -> bool) {
    let mut changes = running.switch().changes.subscribe();
    let wait = async {
        loop {
            changes.borrow_and_update();
            if is_so(&mut running.switch().state()) {
                return;
            }
            tokio::select! {
                changed = changes.changed() => changed.expect("the network lives"),
                // Some changes are not announced to followers.
                () = tokio::time::sleep(Duration::from_millis(5)) => {}
            }
        }
    };
    assert!(
        tokio::time::timeout(Duration::from_secs(20), wait).await.is_ok(),
        "timed out waiting for {what}"
    );
}

/// One shared client: creating one is slow, and 200 times slower in network time.
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

/// A REST request with the account's auth token.
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

/// Status and Twilio's error code of a refused POST.
pub async fn refused(running: &Running, path: &str, form: &[(&str, &str)]) -> (u16, u64) {
    let (status, body) = rest(running, Method::POST, path, form).await;
    (status.as_u16(), body["code"].as_u64().unwrap_or(0))
}

/// Sends one line of typed input.
pub async fn types(running: &Running, sid: &str, line: &str) {
    let url = format!("{}/sandbox/calls/{sid}/line", running.base_url);
    let response = client()
        .post(url)
        .body(line.to_owned())
        .send()
        .await
        .expect("a response");
    assert_eq!(response.status(), StatusCode::NO_CONTENT, "{line}");
}
