//! [`Surface`]: one kind of request to a provider (chat, transcription, speech) over HTTP, with a total time limit,
//! retries, and a circuit breaker for each tenant and model.

use super::ModelError;
use super::breaker::Breaker;
use crate::outbound::{Backoff, Broken, Unread, read_at_most, retry_after};
use bytes::Bytes;
use quick_cache::sync::Cache;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

const MAX_RESPONSE_BYTES: usize = 64 << 20;
/// Failures in a row, each after its retries, that open the circuit.
const BREAKER_THRESHOLD: u32 = 5;
const BREAKER_OPEN_FOR: Duration = Duration::from_secs(10);
/// Breakers that are kept; the least used starts anew.
const MAX_BREAKERS: usize = 10_000;

#[derive(Debug)]
pub(super) struct Surface {
    provider: String,
    name: &'static str,
    http: Client,
    backoff: Backoff,
    /// By tenant and model.
    breakers: Cache<(String, String), Arc<Breaker>>,
}

/// A successful response of a provider.
pub(super) struct Answer {
    pub body: Bytes,
    pub content_type: String,
}

/// A failed attempt.
struct Failed {
    error: ModelError,
    is_retryable: bool,
    retry_after: Option<Duration>,
}

impl Surface {
    pub(super) fn new(provider: &str, name: &'static str, http: Client, backoff: Backoff) -> Self {
        Self {
            provider: provider.to_owned(),
            name,
            http,
            backoff,
            breakers: Cache::new(MAX_BREAKERS),
        }
    }

    pub(super) fn provider(&self) -> &str {
        &self.provider
    }

    /// The breaker of a tenant and a model.
    fn breaker(&self, (tenant, model): (&str, &str)) -> Arc<Breaker> {
        let new = || Ok::<_, Infallible>(Arc::new(Breaker::new(BREAKER_THRESHOLD, BREAKER_OPEN_FOR)));
        let key = (tenant.to_owned(), model.to_owned());
        self.breakers
            .get_or_insert_with(&key, new)
            .unwrap_or_else(|never| match never {})
    }

    /// Sends a request for a tenant and a model, and parses the response. `build` creates the request for each attempt. Also
    /// returns the duration.
    pub(super) async fn request<T>(
        &self,
        scope: (&str, &str),
        time_limit: Duration,
        build: impl Fn(&Client) -> RequestBuilder,
        read: impl FnOnce(Answer) -> Result<T, ModelError>,
    ) -> Result<(T, Duration), ModelError> {
        let started = Instant::now();
        let breaker = self.breaker(scope);
        let result = match breaker.enter() {
            Err(_) => Err(ModelError::CircuitOpen),
            Ok(permit) => {
                let answered = self.attempts(started + time_limit, build).await;
                match &answered {
                    Err(error) if error.is_failure() => {
                        if permit.failed() {
                            let (tenant, model) = scope;
                            tracing::warn!(provider = self.provider, surface = self.name, tenant, model, %error, "model circuit opened");
                        }
                    }
                    Ok(_) | Err(_) => permit.succeeded(),
                }
                answered.and_then(read)
            }
        };
        let took = started.elapsed();
        let outcome = result.as_ref().err().map_or("ok", ModelError::label);
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
            let failed = match timeout_at(deadline, send_once(build(&self.http))).await {
                Err(_) => return Err(ModelError::Timeout),
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(failed)) => failed,
            };
            let wait = self.backoff.wait_after(attempt).filter(|_| failed.is_retryable);
            let wait = wait.map(|wait| wait.max(failed.retry_after.unwrap_or_default()));
            // A delay beyond the deadline would only postpone the error.
            match wait.map(|wait| Instant::now() + wait).filter(|at| *at < deadline) {
                Some(at) => tokio::time::sleep_until(at).await,
                None => return Err(failed.error),
            }
            tracing::info!(provider = self.provider, surface = self.name, attempt, error = %failed.error, "model request failed, will retry");
            attempt += 1;
        }
    }
}

async fn send_once(request: RequestBuilder) -> Result<Answer, Failed> {
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
    match read_at_most(response, MAX_RESPONSE_BYTES).await {
        Ok(body) => Ok(Answer { body, content_type }),
        Err(Unread::Broken(reason)) => Err(broken(reason)),
        Err(Unread::TooLong) => Err(Failed {
            error: ModelError::Malformed("the response is too long"),
            is_retryable: false,
            retry_after: None,
        }),
    }
}

/// A repeated request only costs tokens, so it is retried after a broken connection.
fn broken(broken: Broken) -> Failed {
    Failed {
        error: ModelError::Unavailable(broken.as_str().into()),
        is_retryable: true,
        retry_after: None,
    }
}

fn refused(status: StatusCode, response: &Response) -> Failed {
    let number = status.as_u16();
    let busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
    let is_retryable = busy || status.is_server_error();
    Failed {
        // The body is omitted: providers quote the request and parts of keys in it.
        error: if busy {
            ModelError::Busy(number)
        } else if !status.is_client_error() {
            ModelError::Unavailable(format!("status {number}"))
        } else {
            ModelError::Refused(number)
        },
        is_retryable,
        retry_after: retry_after(response.headers()),
    }
}
