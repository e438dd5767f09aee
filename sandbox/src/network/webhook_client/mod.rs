//! HTTP and WebSocket client for webhooks: signs each request and routes it to the service.
//!
//! Redirects are not followed; a redirect or any status of 300 and above is a failure. The answer's content is not
//! interpreted here. [`super::delivery`] retries and logs requests.

mod overrides;
mod websocket;

pub use overrides::{Overrides, Retry};
pub use websocket::Socket;

use super::webhook::{Answer, Failure, WebhookRequest};
use crate::twilio::signature;
use reqwest::redirect::Policy;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// Maximum size of an answer.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// HTTP client for webhooks.
pub struct WebhookClient {
    auth_token: String,
    routes: Vec<(String, String)>,
    /// By connect timeout; almost always one.
    clients: Mutex<HashMap<Duration, reqwest::Client>>,
}

/// The outcome of one attempt.
pub(super) enum Outcome {
    Answered(Answer),
    Refused(u16),
    NotConnected(String),
    TooSlow,
    Broken(String),
}

impl WebhookClient {
    /// A client that signs with this token.
    ///
    /// # Errors
    /// If the HTTP client cannot be created.
    pub fn new(auth_token: &str, routes: Vec<(String, String)>) -> Result<Self, reqwest::Error> {
        let usual = Overrides::default().connect;
        Ok(Self {
            auth_token: auth_token.to_owned(),
            routes,
            // Created eagerly, so that a failure shows at startup.
            clients: Mutex::new(HashMap::from([(usual, client(usual)?)])),
        })
    }

    fn client(&self, connect: Duration) -> Result<reqwest::Client, reqwest::Error> {
        let mut clients = self.clients.lock().expect("no panic while holding the clients");
        if let Some(client) = clients.get(&connect) {
            return Ok(client.clone());
        }
        let made = client(connect)?;
        clients.insert(connect, made.clone());
        Ok(made)
    }

    /// Sends a webhook once, and waits for its answer until the read timeout or the end of `left`.
    pub(super) async fn attempt(
        &self,
        webhook: &WebhookRequest,
        url: &Url,
        body: Option<String>,
        overrides: &Overrides,
        left: Duration,
    ) -> Outcome {
        match self.exchange(webhook, url, body, overrides, left).await {
            Ok(answer) if answer.status < 300 => Outcome::Answered(answer),
            Ok(answer) => Outcome::Refused(answer.status),
            Err(failed) => failed,
        }
    }

    async fn exchange(
        &self,
        webhook: &WebhookRequest,
        url: &Url,
        body: Option<String>,
        overrides: &Overrides,
        left: Duration,
    ) -> Result<Answer, Outcome> {
        let signed: &[(String, String)] = if body.is_some() { &webhook.params } else { &[] };
        let client = self
            .client(overrides.connect)
            .map_err(|error| Outcome::Broken(error.to_string()))?;
        let destination = self.destination(url.as_str());
        let request = match body {
            Some(body) => client
                .post(destination)
                .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
                .body(body),
            None => client.get(destination),
        };
        let request = request
            .header("Accept", "*/*")
            .header("I-Twilio-Idempotency-Token", &webhook.token)
            .header(
                signature::HEADER,
                signature::sign(&self.auth_token, url.as_str(), signed),
            );
        match timeout(overrides.read.min(left), read(request)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(Outcome::TooSlow),
        }
    }

    fn destination(&self, url: &str) -> String {
        self.routes
            .iter()
            .find_map(|(public, real)| url.strip_prefix(public.as_str()).map(|rest| format!("{real}{rest}")))
            .unwrap_or_else(|| url.to_owned())
    }
}

fn client(connect: Duration) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent("TwilioProxy/1.1")
        .connect_timeout(connect)
        .redirect(Policy::none())
        // No connection reuse: a restarted service would otherwise cause broken connections.
        .pool_max_idle_per_host(0)
        // The service on this machine is not behind a proxy.
        .no_proxy()
        .build()
}

async fn read(request: reqwest::RequestBuilder) -> Result<Answer, Outcome> {
    let broken = |error: reqwest::Error| {
        let is_connect = error.is_connect();
        let error = format!("{:#}", anyhow::Error::from(error.without_url()));
        if is_connect {
            Outcome::NotConnected(error)
        } else {
            Outcome::Broken(error)
        }
    };
    let mut response = request.send().await.map_err(broken)?;
    let content_type = response
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let content_type = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(broken)? {
        body.extend_from_slice(&part);
        if body.len() > MAX_ANSWER_BYTES {
            return Err(Outcome::Broken("the answer is too large".to_owned()));
        }
    }
    Ok(Answer {
        status: response.status().as_u16(),
        content_type,
        body: body.into(),
    })
}

impl Outcome {
    /// HTTP status; `None` without an answer.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Answered(answer) => Some(answer.status),
            Self::Refused(status) => Some(*status),
            _ => None,
        }
    }

    /// The answer, or the failure with Twilio's error code.
    pub(super) fn into_result(self) -> Result<Answer, Failure> {
        let failure = |code, message| Err(Failure { code, message });
        match self {
            Self::Answered(answer) => Ok(answer),
            Self::Refused(status) => failure(11200, format!("the service answered {status}")),
            Self::NotConnected(why) => failure(11205, format!("no connection: {why}")),
            Self::TooSlow => failure(11205, "no answer in time".to_owned()),
            Self::Broken(why) => failure(11206, format!("broken answer: {why}")),
        }
    }
}
