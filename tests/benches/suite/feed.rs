//! P9: from a webhook's response to its events on the `WebSockets` of a hundred subscribers.

use super::measure::{median, percentile};
use super::report::{Floor, Line, Report};
use super::served::{Connection, Served};
use super::traffic;
use super::webhook::webhook;
use anyhow::Context as _;
use futures::StreamExt as _;
use serde::Deserialize;
use serde_json::json;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

const SUBSCRIBERS: usize = 100;
const WEBHOOKS: u64 = 500;
/// Between two webhooks.
const INTERVAL: Duration = Duration::from_millis(20);
/// Time after the last webhook until every subscriber must have every event.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(10);

/// P9.
pub async fn on_every_socket(report: &mut Report) -> anyhow::Result<()> {
    let served = Served::start().await?;
    let cookie = sign_in(served.address()).await?;
    let mut subscribers = JoinSet::new();
    let (ready, mut readied) = tokio::sync::mpsc::channel(SUBSCRIBERS);
    let last = traffic::call_id(WEBHOOKS - 1);
    for _ in 0..SUBSCRIBERS {
        let (address, cookie, ready, last) = (served.address(), cookie.clone(), ready.clone(), last.clone());
        subscribers.spawn(async move {
            tokio::time::timeout(DELIVERY_TIMEOUT * 3, subscribe(address, cookie, ready, last)).await?
        });
    }
    for _ in 0..SUBSCRIBERS {
        readied.recv().await.context("a subscriber did not connect")?;
    }
    let mut poster = Connection::open(served.address()).await?;
    let mut sent = HashMap::new();
    let mut pace = tokio::time::interval(INTERVAL);
    for n in 0..WEBHOOKS {
        let call = traffic::call_id(n);
        let signed = webhook(&call, 0);
        pace.tick().await;
        let begun = Instant::now();
        poster.expect(&signed, 200).await;
        sent.insert(call, (begun, Instant::now()));
    }
    let (mut since_sent, mut since_answered) = (Vec::new(), Vec::new());
    while let Some(received) = subscribers.join_next().await {
        let received = received??;
        for (call, (begun, answered)) in &sent {
            let received = received.get(call).context("a subscriber missed a call")?;
            since_sent.push(received.duration_since(*begun).as_secs_f64() * 1e3);
            // An event may arrive before the response: that counts as zero.
            since_answered.push(received.saturating_duration_since(*answered).as_secs_f64() * 1e3);
        }
    }
    for (work, samples, share, floor) in [
        (
            "webhook sent -> last event on the socket, median",
            &since_sent,
            None,
            Floor::None,
        ),
        (
            "webhook sent -> last event on the socket, p99",
            &since_sent,
            Some(0.99),
            Floor::None,
        ),
        (
            "webhook answered -> last event on the socket, median",
            &since_answered,
            None,
            Floor::None,
        ),
        (
            "webhook answered -> last event on the socket, p99",
            &since_answered,
            Some(0.99),
            Floor::AtMost(10.0),
        ),
    ] {
        report.line(Line {
            id: "P9",
            work: format!(
                "{work}, {SUBSCRIBERS} subscribers, {} webhooks/s",
                1_000 / INTERVAL.as_millis()
            ),
            ours: share.map_or_else(|| median(samples.clone()), |share| percentile(samples.clone(), share)),
            theirs: None,
            unit: "ms",
            floor,
        });
    }
    served.stop().await
}

/// Registers the first user and returns the session cookie.
async fn sign_in(address: SocketAddr) -> anyhow::Result<String> {
    let body = json!({ "email": "admin@example.com", "name": "Admin", "password": "correct horse battery" });
    let register = reqwest::Client::new().post(format!("http://{address}/api/auth/register"));
    let answer = register.json(&body).send().await?.error_for_status()?;
    let cookie = answer
        .headers()
        .get("set-cookie")
        .context("a session cookie")?
        .to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

/// The measured fields of a feed message.
#[derive(Deserialize)]
struct FeedMessage {
    call_id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
}

/// Reads the feed until the last call is complete. Returns the arrival time of each call's last event.
async fn subscribe(
    address: SocketAddr,
    cookie: String,
    ready: tokio::sync::mpsc::Sender<()>,
    last: String,
) -> anyhow::Result<HashMap<String, Instant>> {
    let mut request = format!("ws://{address}/ws").into_client_request()?;
    request.headers_mut().insert("cookie", cookie.parse()?);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
    ready.send(()).await?;
    let mut received = HashMap::new();
    loop {
        let message = socket.next().await.context("the feed ended")??;
        let now = Instant::now();
        let Message::Text(text) = message else { continue };
        let message_data: FeedMessage = serde_json::from_str(&text)?;
        let Some(call) = message_data.call_id else { continue };
        // The greeting is the webhook's last event.
        let whole = message_data.kind == "AiTurn" || message_data.kind == "RoutedToVoicemail";
        let is_last = call == last;
        received.insert(call, now);
        if is_last && whole {
            return Ok(received);
        }
    }
}
