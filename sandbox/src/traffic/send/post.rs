//! One request, from signature to final answer.
//!
//! Repeated as <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides> says: a request for TwiML once
//! more, and only if no connection came about; the other callbacks as for a URL with `#rc=5&rp=all`, five times more on
//! any failure. All tries of one request together have 15 seconds.

use super::tally::Tally;
use crate::traffic::plan::PlannedRequest;
use crate::twilio::signature;
use reqwest::redirect::Policy;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};
use url::form_urlencoded;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIME_FOR_ALL_TRIES: Duration = Duration::from_secs(15);
const RETRIES_OF_CALLBACKS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The way to the service.
pub struct Network {
    client: reqwest::Client,
    url: String,
    public_url: String,
    auth_token: String,
}

/// What a try came to.
enum Answer {
    Accepted,
    Refused,
    NotConnected,
    Broken,
}

impl Network {
    /// `url` is where the service listens; `public_url` is where it believes to be, which is what is signed.
    ///
    /// # Errors
    /// If no HTTP client can be made on this machine.
    pub fn new(url: &str, public_url: &str, auth_token: &str, in_flight: usize) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent("TwilioProxy/1.1")
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(in_flight)
            .redirect(Policy::none())
            // A service on this machine is not reached through a proxy.
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

    /// Sends one request until it is accepted or given up, and notes every answer.
    pub(super) async fn deliver(&self, request: &PlannedRequest, tally: &mut Tally) {
        let place = request.path_and_query();
        let signature = signature::sign(
            &self.auth_token,
            &format!("{}{place}", self.public_url),
            &request.params,
        );
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&request.params)
            .finish();
        let post = self
            .client
            .post(format!("{}{place}", self.url))
            .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
            .header("I-Twilio-Idempotency-Token", &request.idempotency_token)
            .header(signature::HEADER, signature)
            .body(body);

        tally.requests += 1;
        let deadline = Instant::now() + TIME_FOR_ALL_TRIES;
        let mut tries = 0;
        loop {
            let post = post.try_clone().expect("a body of text can be sent again");
            let answer = try_once(post, request.path, deadline, tally).await;
            tries += 1;
            let pause = FIRST_PAUSE * 2_u32.pow(tries - 1);
            if !is_tried_again(request, &answer, tries) || Instant::now() + pause >= deadline {
                return;
            }
            sleep(pause).await;
            tally.retries += 1;
        }
    }
}

async fn try_once(post: reqwest::RequestBuilder, path: &'static str, deadline: Instant, tally: &mut Tally) -> Answer {
    let began = Instant::now();
    let answer = timeout_at(deadline, async {
        let response = post.send().await?;
        let status = response.status();
        // Read to the end: an answer counts when all of it came, and the connection can be used again.
        response.bytes().await.map(|_| status)
    })
    .await;
    match answer {
        Ok(Ok(status)) => {
            tally.answered(path, status.as_u16(), began.elapsed());
            if status.is_success() {
                Answer::Accepted
            } else {
                Answer::Refused
            }
        }
        Ok(Err(error)) => {
            tally.unanswered += 1;
            if error.is_connect() {
                Answer::NotConnected
            } else {
                Answer::Broken
            }
        }
        Err(_elapsed) => {
            tally.unanswered += 1;
            Answer::Broken
        }
    }
}

fn is_tried_again(request: &PlannedRequest, answer: &Answer, tries: u32) -> bool {
    match answer {
        Answer::Accepted => false,
        Answer::NotConnected if request.asks_for_twiml() => tries <= 1,
        Answer::Refused | Answer::Broken if request.asks_for_twiml() => false,
        Answer::NotConnected | Answer::Refused | Answer::Broken => tries <= RETRIES_OF_CALLBACKS,
    }
}
