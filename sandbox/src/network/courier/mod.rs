//! Requests to the service: signed, with an idempotency token, repeated as Twilio repeats them, and kept for
//! `Events.json`.
//!
//! A redirect is not followed: it is a failure, as is every status of 400 and above. What the answer means is not judged
//! here.

mod overrides;
mod socket;

pub use overrides::{Overrides, Retry};
pub use socket::{Socket, open};

use super::exchange::{Address, Exchange, Request, What};
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

/// The most of an answer that is read.
const LARGEST: usize = 8 * 1024 * 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The way to the service.
pub struct Courier {
    auth_token: String,
    routes: Vec<(String, String)>,
    /// By the time that they give a connection; nearly always one.
    clients: Mutex<HashMap<Duration, reqwest::Client>>,
}

/// Something to be asked or told.
#[derive(Debug, Clone)]
pub struct Errand {
    /// The call that it is about.
    pub call_sid: String,
    /// What for: `document`, `status`, `recording`, `conference`, ...
    pub why: &'static str,
    /// Where to.
    pub address: Address,
    /// What is told.
    pub params: Vec<(String, String)>,
    /// The same on every try.
    pub token: String,
}

/// An answer of the service, whatever it means.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Below 400.
    pub status: u16,
    /// Without its parameters, in small letters.
    pub content_type: String,
    /// All of it.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, Clone, Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// As in <https://www.twilio.com/docs/api/errors>.
    pub code: u32,
    /// What happened.
    pub message: String,
}

enum Try {
    Answered(Answer),
    Refused(u16),
    NotConnected(String),
    TooSlow,
    Broken(String),
}

impl Courier {
    /// One that signs with this token.
    ///
    /// # Errors
    /// If no HTTP client can be made on this machine.
    pub fn new(auth_token: &str, routes: Vec<(String, String)>) -> Result<Self, reqwest::Error> {
        let usual = Overrides::default().connect;
        Ok(Self {
            auth_token: auth_token.to_owned(),
            routes,
            // Made here, so that a machine that cannot is found at the start.
            clients: Mutex::new(HashMap::from([(usual, client(usual)?)])),
        })
    }

    fn client(&self, connect: Duration) -> Result<reqwest::Client, reqwest::Error> {
        let mut clients = self.clients.lock().expect("nothing panics while it holds the clients");
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
        // Nothing is kept open: a service that was restarted is not found by a broken connection.
        .pool_max_idle_per_host(0)
        // A service on this machine is not reached through a proxy.
        .no_proxy()
        .build()
}

impl Errand {
    /// The public URL that is signed, and the body: for GET, everything is in the URL.
    fn request(&self) -> Result<(Url, Option<String>), Failure> {
        let mut url = Url::parse(&self.address.url).map_err(|error| Failure {
            code: 11100,
            message: format!("an address that is no URL: {error}"),
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

/// Carries out one errand, with its repetitions, while the network's clock keeps the world's pace.
///
/// # Errors
/// [`Failure`], when the last try failed.
pub async fn carry(exchange: &Arc<Exchange>, errand: &Errand) -> Result<Answer, Failure> {
    let (url, body) = errand.request()?;
    let overrides = Overrides::of(&errand.address.url);
    let deadline = Instant::now() + overrides.total;
    let mut tries = 0;
    loop {
        let outcome = {
            let _held = exchange.clock.hold();
            let left = deadline.saturating_duration_since(Instant::now());
            attempt(exchange, errand, &url, body.clone(), &overrides, left).await
        };
        tries += 1;
        let pause = FIRST_PAUSE * 2_u32.pow(tries - 1);
        if tries > overrides.retries || !overrides.repeats(&outcome) || Instant::now() + pause >= deadline {
            return outcome.into_result();
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = exchange.stop.cancelled() => return outcome.into_result(),
        }
    }
}

async fn attempt(
    exchange: &Exchange,
    errand: &Errand,
    url: &Url,
    body: Option<String>,
    overrides: &Overrides,
    left: Duration,
) -> Try {
    let courier = &exchange.courier;
    let began = Instant::now();
    let signed: &[(String, String)] = if body.is_some() { &errand.params } else { &[] };
    let outcome = async {
        let client = courier
            .client(overrides.connect)
            .map_err(|error| Try::Broken(error.to_string()))?;
        let destination = courier.destination(url.as_str());
        let request = match body {
            Some(body) => client
                .post(destination)
                .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
                .body(body),
            None => client.get(destination),
        };
        let request = request
            .header("Accept", "*/*")
            .header("I-Twilio-Idempotency-Token", &errand.token)
            .header(
                signature::HEADER,
                signature::sign(&courier.auth_token, url.as_str(), signed),
            );
        match timeout(overrides.read.min(left), read(request)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(Try::TooSlow),
        }
    };
    let outcome = tokio::select! {
        outcome = outcome => outcome.map_or_else(|failed| failed, |answer| {
            if answer.status < 300 { Try::Answered(answer) } else { Try::Refused(answer.status) }
        }),
        () = exchange.stop.cancelled() => Try::Broken("the network was stopped".to_owned()),
    };
    keep(exchange, errand, url, &outcome, began);
    outcome
}

async fn read(request: reqwest::RequestBuilder) -> Result<Answer, Try> {
    let broken = |error: reqwest::Error| {
        let is_connect = error.is_connect();
        let error = format!("{:#}", anyhow::Error::from(error.without_url()));
        if is_connect {
            Try::NotConnected(error)
        } else {
            Try::Broken(error)
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
        if body.len() > LARGEST {
            return Err(Try::Broken("the answer is too large".to_owned()));
        }
    }
    Ok(Answer {
        status: response.status().as_u16(),
        content_type,
        body: body.into(),
    })
}

impl Try {
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
            Self::Broken(why) => failure(11206, format!("a broken answer: {why}")),
        }
    }
}

/// Keeps a try for `Events.json` and for those who follow the call.
fn keep(exchange: &Exchange, errand: &Errand, url: &Url, outcome: &Try, began: Instant) {
    let now = exchange.clock.now();
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (content_type, body) = match outcome {
        Try::Answered(answer) => (
            answer.content_type.clone(),
            String::from_utf8(answer.body.to_vec()).unwrap_or_default(),
        ),
        _ => (String::new(), String::new()),
    };
    if let Some(call) = exchange.state().call_mut(&errand.call_sid) {
        call.requests.push(Request {
            method: if errand.address.get { "GET" } else { "POST" },
            url: url.to_string(),
            parameters: errand.params.clone(),
            at: now,
            took_ms,
            status: outcome.status(),
            content_type,
            body,
        });
    }
    exchange.note(
        &errand.call_sid,
        now,
        What::Asked {
            why: errand.why,
            url: url.to_string(),
            status: outcome.status(),
            took_ms,
        },
    );
}

/// Delivers callbacks one after the other, disturbed as somebody asked for.
pub(super) async fn deliver(exchange: Arc<Exchange>, mut errands: mpsc::UnboundedReceiver<Errand>) {
    /// How long a callback waits for another one to change places with, by the network's clock.
    const OVERTAKEN_WITHIN: chrono::TimeDelta = chrono::TimeDelta::milliseconds(1_500);
    loop {
        let errand = tokio::select! {
            errand = errands.recv() => errand,
            () = exchange.stop.cancelled() => None,
        };
        let Some(errand) = errand else { return };
        let faults = exchange.state().faults.callbacks.clone();
        let mut batch = vec![errand];
        if faults.reorder {
            let overtaken = exchange.clock.sleep(OVERTAKEN_WITHIN);
            if let Some(next) = tokio::select! { next = errands.recv() => next, () = overtaken => None } {
                batch.insert(0, next);
            }
        }
        let told = batch.len();
        if faults.duplicate {
            batch.extend(batch.clone());
        }
        for errand in batch.iter().filter(|_| !faults.drop) {
            if faults.delay_s > 0.0 {
                exchange.clock.sleep(super::sound::seconds(faults.delay_s)).await;
            }
            // Kept with the call; a callback that fails has no further consequence.
            let _ = carry(&exchange, errand).await;
        }
        exchange.delivered(told);
    }
}
