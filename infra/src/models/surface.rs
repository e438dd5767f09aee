//! One thing that a provider does for us (chat, transcription, speech), asked over HTTP: within a time limit, a few
//! times if need be, and not at all while it is known to be down.

use super::ModelError;
use super::breaker::Breaker;
use crate::outbound::{Backoff, Broken, Unread, read_at_most, retry_after};
use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

const LONGEST: usize = 64 << 20;
/// Failures in a row, each after its attempts.
const THRESHOLD: u32 = 5;
const REST: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Surface {
    provider: String,
    name: &'static str,
    http: Client,
    backoff: Backoff,
    breaker: Breaker,
}

/// What a provider answered, with success.
pub(super) struct Answer {
    pub body: Bytes,
    pub content_type: String,
}

/// One attempt that came to nothing.
struct Failed {
    error: ModelError,
    repeatable: bool,
    asked_to_wait: Option<Duration>,
}

impl Surface {
    pub(super) fn new(provider: &str, name: &'static str, http: Client, backoff: Backoff) -> Self {
        Self {
            provider: provider.to_owned(),
            name,
            http,
            backoff,
            breaker: Breaker::new(THRESHOLD, REST),
        }
    }

    pub(super) fn provider(&self) -> &str {
        &self.provider
    }

    /// Asks, and reads the answer. `build` makes the request, anew for each attempt. Also says how long it took.
    pub(super) async fn ask<T>(
        &self,
        time_limit: Duration,
        build: impl Fn(&Client) -> RequestBuilder,
        read: impl FnOnce(Answer) -> Result<T, ModelError>,
    ) -> Result<(T, Duration), ModelError> {
        let begun = Instant::now();
        let result = match self.breaker.enter() {
            Err(_) => Err(ModelError::CircuitOpen),
            Ok(permit) => {
                let result = self.attempts(begun + time_limit, build).await.and_then(read);
                match &result {
                    Err(error) if error.is_failure() => {
                        if permit.failed() {
                            tracing::warn!(provider = self.provider, surface = self.name, %error, "left alone for a while");
                        }
                    }
                    Ok(_) | Err(_) => permit.succeeded(),
                }
                result
            }
        };
        let took = begun.elapsed();
        let outcome = result.as_ref().err().map_or("ok", ModelError::word);
        let labels = [("provider", self.provider.clone()), ("surface", self.name.to_owned())];
        metrics::histogram!("model_request_seconds", &labels).record(took);
        let [provider, surface] = labels;
        metrics::counter!(
            "model_requests_total",
            &[provider, surface, ("outcome", outcome.to_owned())]
        )
        .increment(1);
        result.map(|value| (value, took))
    }

    async fn attempts(
        &self,
        deadline: Instant,
        build: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<Answer, ModelError> {
        let mut attempt = 1;
        loop {
            let failed = match timeout_at(deadline, once(build(&self.http))).await {
                Err(_) => return Err(ModelError::Timeout),
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(failed)) => failed,
            };
            let wait = self.backoff.wait_after(attempt).filter(|_| failed.repeatable);
            let wait = wait.map(|wait| wait.max(failed.asked_to_wait.unwrap_or_default()));
            // To wait past the deadline would only tell later what is known now.
            match wait
                .map(|wait| Instant::now() + wait)
                .filter(|moment| *moment < deadline)
            {
                Some(moment) => tokio::time::sleep_until(moment).await,
                None => return Err(failed.error),
            }
            tracing::info!(provider = self.provider, surface = self.name, attempt, error = %failed.error, "asking again");
            attempt += 1;
        }
    }
}

async fn once(request: RequestBuilder) -> Result<Answer, Failed> {
    let response = request.send().await.map_err(|error| broken(Broken::of(&error)))?;
    let status = response.status();
    if !status.is_success() {
        return Err(refused(status, &response));
    }
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    match read_at_most(response, LONGEST).await {
        Ok(body) => Ok(Answer { body, content_type }),
        Err(Unread::Broken(reason)) => Err(broken(reason)),
        Err(Unread::TooLong) => Err(Failed {
            error: ModelError::Malformed("the answer is too long"),
            repeatable: false,
            asked_to_wait: None,
        }),
    }
}

/// Asking twice costs tokens and does nothing else, so a broken connection may be asked again.
fn broken(broken: Broken) -> Failed {
    Failed {
        error: ModelError::Unavailable(broken.as_str().into()),
        repeatable: true,
        asked_to_wait: None,
    }
}

fn refused(status: StatusCode, response: &Response) -> Failed {
    let number = status.as_u16();
    let busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
    let repeatable = busy || status.is_server_error();
    Failed {
        // The body is not repeated: providers quote the request in it, and parts of keys.
        error: if repeatable || !status.is_client_error() {
            ModelError::Unavailable(format!("status {number}"))
        } else {
            ModelError::Refused(number)
        },
        repeatable,
        asked_to_wait: retry_after(response.headers()),
    }
}
