//! Requests to the service: signed, with an idempotency token, retried as Twilio retries them, and logged for
//! `Events.json`.
//!
//! Redirects are not followed; a redirect or any status of 300 and above is a failure. The answer's content is not
//! interpreted here.

mod overrides;
mod websocket;

pub use overrides::{Overrides, Retry};
pub use websocket::{Socket, open};

use super::switch::{Address, Request, Switch, TimelineEvent};
use crate::twilio::signature;
use bytes::Bytes;
use reqwest::redirect::Policy;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use url::{Url, form_urlencoded};

/// Maximum size of an answer.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(100);

/// HTTP client for webhooks.
pub struct WebhookClient {
    auth_token: String,
    routes: Vec<(String, String)>,
    /// By connect timeout; almost always one.
    clients: Mutex<HashMap<Duration, reqwest::Client>>,
}

/// A request to the service.
#[derive(Debug, Clone)]
pub struct WebhookRequest {
    pub call_sid: String,
    /// Purpose: `document`, `status`, `recording`, `conference`, ...
    pub why: &'static str,
    pub address: Address,
    pub params: Vec<(String, String)>,
    /// Idempotency token, the same in every attempt.
    pub token: String,
}

/// A successful answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Below 300.
    pub status: u16,
    /// Lower case, without parameters.
    pub content_type: String,
    pub body: Bytes,
}

/// Why a request has no usable answer.
#[derive(Debug, Clone, Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// As in <https://www.twilio.com/docs/api/errors>.
    pub code: u32,
    pub message: String,
}

enum Outcome {
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

impl WebhookRequest {
    /// The public URL, which is signed, and the body. For GET all parameters are in the URL.
    fn request(&self) -> Result<(Url, Option<String>), Failure> {
        let mut url = Url::parse(&self.address.url).map_err(|error| Failure {
            code: 11100,
            message: format!("invalid webhook URL: {error}"),
        })?;
        url.set_fragment(None);
        if self.address.get {
            if !self.params.is_empty() {
                url.query_pairs_mut().extend_pairs(&self.params);
            }
            return Ok((url, None));
        }
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.params)
            .finish();
        Ok((url, Some(body)))
    }
}

/// Sends a webhook with retries. The clock runs in real time during each attempt.
///
/// # Errors
/// The [`Failure`] of the last attempt.
pub async fn send(switch: &Arc<Switch>, webhook: &WebhookRequest) -> Result<Answer, Failure> {
    let (url, body) = webhook.request()?;
    let overrides = Overrides::of(&webhook.address.url);
    let deadline = Instant::now() + overrides.total;
    let mut tries = 0;
    loop {
        let outcome = {
            let _held = switch.clock.hold();
            switch.clock.agreed().await;
            let left = deadline.saturating_duration_since(Instant::now());
            attempt(switch, webhook, &url, body.clone(), &overrides, left).await
        };
        tries += 1;
        let pause = FIRST_RETRY_DELAY * 2_u32.pow(tries - 1);
        if tries > overrides.retries || !overrides.repeats(&outcome) || Instant::now() + pause >= deadline {
            return outcome.into_result();
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = switch.stop.cancelled() => return outcome.into_result(),
        }
    }
}

async fn attempt(
    switch: &Switch,
    webhook: &WebhookRequest,
    url: &Url,
    body: Option<String>,
    overrides: &Overrides,
    left: Duration,
) -> Outcome {
    let webhook_client = &switch.webhook_client;
    let began = Instant::now();
    let signed: &[(String, String)] = if body.is_some() { &webhook.params } else { &[] };
    let outcome = async {
        let client = webhook_client
            .client(overrides.connect)
            .map_err(|error| Outcome::Broken(error.to_string()))?;
        let destination = webhook_client.destination(url.as_str());
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
                signature::sign(&webhook_client.auth_token, url.as_str(), signed),
            );
        match timeout(overrides.read.min(left), read(request)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(Outcome::TooSlow),
        }
    };
    let outcome = tokio::select! {
        outcome = outcome => outcome.map_or_else(|failed| failed, |answer| {
            if answer.status < 300 { Outcome::Answered(answer) } else { Outcome::Refused(answer.status) }
        }),
        () = switch.stop.cancelled() => Outcome::Broken("the network was stopped".to_owned()),
    };
    log_attempt(switch, webhook, url, &outcome, began);
    outcome
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
    fn status(&self) -> Option<u16> {
        match self {
            Self::Answered(answer) => Some(answer.status),
            Self::Refused(status) => Some(*status),
            _ => None,
        }
    }

    fn into_result(self) -> Result<Answer, Failure> {
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

/// Logs an attempt for `Events.json` and for followers of the call.
fn log_attempt(switch: &Switch, webhook: &WebhookRequest, url: &Url, outcome: &Outcome, began: Instant) {
    let now = switch.clock.now();
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (content_type, body) = match outcome {
        Outcome::Answered(answer) => (
            answer.content_type.clone(),
            String::from_utf8(answer.body.to_vec()).unwrap_or_default(),
        ),
        _ => (String::new(), String::new()),
    };
    if let Some(call) = switch.state().call_mut(&webhook.call_sid) {
        call.requests.push(Request {
            method: if webhook.address.get { "GET" } else { "POST" },
            url: url.to_string(),
            parameters: webhook.params.clone(),
            at: now,
            took_ms,
            status: outcome.status(),
            content_type,
            body,
        });
    }
    switch.log_event(
        &webhook.call_sid,
        now,
        TimelineEvent::Asked {
            why: webhook.why,
            url: url.to_string(),
            status: outcome.status(),
            took_ms,
        },
    );
}

/// Delivers the callbacks of one queue in order, subject to the injected faults.
pub(super) async fn deliver_callbacks(switch: Arc<Switch>, mut webhooks: mpsc::UnboundedReceiver<WebhookRequest>) {
    /// How long a callback waits for the next one to swap with, in network time.
    const REORDER_WAIT: chrono::TimeDelta = chrono::TimeDelta::milliseconds(1_500);
    loop {
        let webhook = tokio::select! {
            webhook = webhooks.recv() => webhook,
            () = switch.stop.cancelled() => None,
        };
        let Some(webhook) = webhook else { return };
        let faults = switch.state().faults.callbacks.clone();
        let mut batch = vec![webhook];
        if faults.reorder {
            let overtaken = switch.clock.sleep(REORDER_WAIT);
            if let Some(next) = tokio::select! { next = webhooks.recv() => next, () = overtaken => None } {
                batch.insert(0, next);
            }
        }
        let count = batch.len();
        if faults.duplicate {
            batch.extend(batch.clone());
        }
        for webhook in batch.iter().filter(|_| !faults.drop) {
            if faults.delay_s > 0.0 {
                switch.clock.sleep(super::sound::seconds(faults.delay_s)).await;
            }
            // Logged with the call; a failed callback has no other effect.
            let _ = send(&switch, webhook).await;
        }
        switch.delivered(count);
    }
}
