//! Delivery of webhooks: retried as Twilio retries them, and logged for `Events.json`.
//!
//! A leg waits for the answer to a document request ([`send`]). Callbacks are delivered in the background, in order per
//! call, recording, conference or stream ([`queue_callback`]), subject to the injected faults.

use super::switch::{Request, Switch, TimelineEvent};
use super::time_span::seconds;
use super::webhook::{Answer, Failure, WebhookRequest};
use super::webhook_client::{Outcome, Overrides};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use url::Url;

const FIRST_RETRY_DELAY: Duration = Duration::from_millis(100);

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
    let began = Instant::now();
    let outcome = tokio::select! {
        outcome = switch.webhook_client.attempt(webhook, url, body, overrides, left) => outcome,
        () = switch.stop.cancelled() => Outcome::Broken("the network was stopped".to_owned()),
    };
    log_attempt(switch, webhook, url, &outcome, began);
    outcome
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

/// Queues a callback. Callbacks with the same key are delivered in order, in the background.
pub fn queue_callback(net: &Arc<Switch>, key: &str, webhook: WebhookRequest) {
    if let Some(webhooks) = net.push_callback(key, webhook) {
        net.tasks.spawn(deliver_callbacks(Arc::clone(net), webhooks));
    }
}

/// Queues a callback at a time of the network's clock.
pub fn queue_callback_at(net: &Arc<Switch>, at: DateTime<Utc>, key: &str, webhook: WebhookRequest) {
    // Counted now, so that the network is not quiet before it is sent.
    net.expect_callback();
    let (net, key) = (Arc::clone(net), key.to_owned());
    net.tasks.clone().spawn(async move {
        tokio::select! {
            () = net.clock.sleep_until(at) => queue_callback(&net, &key, webhook),
            () = net.stop.cancelled() => {}
        }
        net.delivered(1);
    });
}

/// Delivers the callbacks of one queue in order, subject to the injected faults.
async fn deliver_callbacks(switch: Arc<Switch>, mut webhooks: mpsc::UnboundedReceiver<WebhookRequest>) {
    /// How long a callback waits for the next one to swap with, in network time.
    const REORDER_WAIT: TimeDelta = TimeDelta::milliseconds(1_500);
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
                switch.clock.sleep(seconds(faults.delay_s)).await;
            }
            // Logged with the call; a failed callback has no other effect.
            let _ = send(&switch, webhook).await;
        }
        switch.delivered(count);
    }
}
