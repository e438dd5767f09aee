//! Delivery of one request, with signature and retries.
//!
//! Retries follow <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>: a request for TwiML is
//! retried once, and only if the connection failed; other callbacks are retried five times on any failure, as for a URL
//! with `#rc=5&rp=all`. All attempts of a request share a timeout of 15 seconds.

use super::tally::Tally;
use crate::traffic::call::PlannedRequest;
use crate::twilio::signature;
use reqwest::redirect::Policy;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};
use url::form_urlencoded;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Limit for all attempts of a request together.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);
const MAX_CALLBACK_RETRIES: u32 = 5;
const INITIAL_BACKOFF: Duration = Duration::from_millis(100);

/// HTTP client for the webhooks of the service.
pub struct Network {
    client: reqwest::Client,
    url: String,
    public_url: String,
    auth_token: String,
}

/// Result of an attempt.
enum Outcome {
    Accepted,
    Rejected,
    NotConnected,
    NoResponse,
}

impl Network {
    /// Creates a client. Requests are sent to `url` and signed for `public_url`.
    ///
    /// # Errors
    /// If the HTTP client cannot be created.
    pub fn new(url: &str, public_url: &str, auth_token: &str, in_flight: usize) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent("TwilioProxy/1.1")
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(in_flight)
            .redirect(Policy::none())
            // The service usually runs on this machine, so proxies are bypassed.
            .no_proxy()
            .build()?;
        let base = |url: &str| url.trim_end_matches('/').to_owned();
        Ok(Self {
            client,
            url: base(url),
            public_url: base(public_url),
            auth_token: auth_token.to_owned(),
        })
    }

    /// Sends one request until it is accepted or its retries are exhausted, and counts every response.
    pub(super) async fn deliver(&self, request: &PlannedRequest, tally: &mut Tally) {
        let path_and_query = request.path_and_query();
        let signature = signature::sign(
            &self.auth_token,
            &format!("{}{path_and_query}", self.public_url),
            &request.params,
        );
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&request.params)
            .finish();
        let post = self
            .client
            .post(format!("{}{path_and_query}", self.url))
            .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
            .header("I-Twilio-Idempotency-Token", &request.idempotency_token)
            .header(signature::HEADER, signature)
            .body(body);

        tally.requests += 1;
        let deadline = Instant::now() + TOTAL_TIMEOUT;
        let mut attempts = 0;
        loop {
            let post = post.try_clone().expect("a text body can be cloned");
            let answer = attempt(post, request.path, deadline, tally).await;
            attempts += 1;
            let backoff = INITIAL_BACKOFF * 2_u32.pow(attempts - 1);
            if !should_retry(request, &answer, attempts) || Instant::now() + backoff >= deadline {
                return;
            }
            sleep(backoff).await;
            tally.retries += 1;
        }
    }
}

async fn attempt(post: reqwest::RequestBuilder, path: &'static str, deadline: Instant, tally: &mut Tally) -> Outcome {
    let started = Instant::now();
    let answer = timeout_at(deadline, async {
        let response = post.send().await?;
        let status = response.status();
        // Reads the body to the end, so that the connection can be reused; an incomplete response is an error.
        response.bytes().await.map(|_| status)
    })
    .await;
    match answer {
        Ok(Ok(status)) => {
            tally.record_response(path, status.as_u16(), started.elapsed());
            if status.is_success() {
                Outcome::Accepted
            } else {
                Outcome::Rejected
            }
        }
        Ok(Err(error)) => {
            tally.unanswered += 1;
            if error.is_connect() {
                Outcome::NotConnected
            } else {
                Outcome::NoResponse
            }
        }
        Err(_elapsed) => {
            tally.unanswered += 1;
            Outcome::NoResponse
        }
    }
}

fn should_retry(request: &PlannedRequest, answer: &Outcome, attempts: u32) -> bool {
    match answer {
        Outcome::Accepted => false,
        Outcome::NotConnected if request.asks_for_twiml() => attempts <= 1,
        Outcome::Rejected | Outcome::NoResponse if request.asks_for_twiml() => false,
        Outcome::NotConnected | Outcome::Rejected | Outcome::NoResponse => attempts <= MAX_CALLBACK_RETRIES,
    }
}
