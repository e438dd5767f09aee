//! Client of the service's API: registers the first user if there is none, logs in, and executes the reviews.

use super::plan::Action;
use anyhow::{Context as _, bail};
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Calls reviewed concurrently.
const MAX_CONCURRENCY: usize = 8;
/// Attempts per action: the call may not be in the read model yet, or the service may be overloaded.
const MAX_ATTEMPTS: u32 = 8;
const INITIAL_BACKOFF: Duration = Duration::from_millis(50);
const MAX_BACKOFF: Duration = Duration::from_secs(3);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Results of the reviews.
#[derive(Debug, Clone, Default)]
pub struct ReviewTally {
    /// Accepted actions, by name.
    pub done: BTreeMap<&'static str, usize>,
    /// Actions rejected on the last attempt, by name and status.
    pub refused: BTreeMap<(&'static str, u16), usize>,
    /// Actions without a response on the last attempt.
    pub unanswered: usize,
}

impl ReviewTally {
    /// Whether all actions were accepted.
    #[must_use]
    pub fn all_done(&self) -> bool {
        self.refused.is_empty() && self.unanswered == 0
    }
}

/// A logged-in user.
#[derive(Clone)]
pub struct Reviewer {
    client: Client,
    url: String,
    /// Session cookie, as `name=value`.
    session: String,
}

impl Reviewer {
    /// Logs in to the service. Registers the user first if the service has no users.
    ///
    /// # Errors
    /// If the service is unreachable, or rejects the credentials.
    pub async fn log_in(url: &str, email: &str, password: &str) -> anyhow::Result<Self> {
        let url = url.trim_end_matches('/').to_owned();
        let client = Client::builder().no_proxy().timeout(REQUEST_TIMEOUT).build()?;

        let credentials = json!({ "email": email, "password": password });
        let log_in = || client.post(format!("{url}/api/auth/login")).json(&credentials).send();
        let mut answer = log_in().await.context("the service is unreachable")?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            let refusal = explain(answer).await;
            let body = json!({ "email": email, "password": password, "name": "Front Desk" });
            let registered = client
                .post(format!("{url}/api/auth/register"))
                .json(&body)
                .send()
                .await?;
            // Registration without an invitation is open only while the service has no users.
            if !registered.status().is_success() {
                bail!(
                    "cannot log in: {refusal}; and cannot register: {}",
                    explain(registered).await
                );
            }
            answer = log_in().await?;
        }
        if !answer.status().is_success() {
            bail!("cannot log in: {}", explain(answer).await);
        }
        let cookie = answer.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let session = cookie.and_then(|cookie| cookie.split(';').next());
        let session = session.context("the login response sets no cookie")?.to_owned();
        Ok(Self { client, url, session })
    }

    /// Executes all reviews. The actions of one call are executed in order. Failed requests are counted.
    ///
    /// # Panics
    /// Never.
    pub async fn work_through(&self, reviews: Vec<Vec<Action>>) -> ReviewTally {
        let slots = Arc::new(Semaphore::new(MAX_CONCURRENCY));
        let mut running = JoinSet::new();
        for actions in reviews {
            let (slots, reviewer) = (Arc::clone(&slots), self.clone());
            running.spawn(async move {
                let _slot = slots.acquire().await.expect("semaphore is never closed");
                let mut outcomes = Vec::with_capacity(actions.len());
                for action in actions {
                    outcomes.push((action.name, reviewer.execute(&action).await));
                }
                outcomes
            });
        }
        let mut tally = ReviewTally::default();
        while let Some(outcomes) = running.join_next().await {
            for (name, outcome) in outcomes.expect("review task does not panic") {
                match outcome {
                    Some(status) if status.is_success() => *tally.done.entry(name).or_default() += 1,
                    Some(status) => *tally.refused.entry((name, status.as_u16())).or_default() += 1,
                    None => tally.unanswered += 1,
                }
            }
        }
        tally
    }

    /// Sends an action with retries. Returns the status of the last response, `None` if there was none.
    async fn execute(&self, action: &Action) -> Option<StatusCode> {
        let mut status = None;
        let mut backoff = INITIAL_BACKOFF;
        for _ in 0..MAX_ATTEMPTS {
            let method = if action.method == "PUT" {
                Method::PUT
            } else {
                Method::POST
            };
            let answer = self
                .client
                .request(method, format!("{}{}", self.url, action.path))
                .header(COOKIE, &self.session)
                .header("Idempotency-Key", &action.idempotency_key)
                .json(&action.body)
                .send()
                .await
                .ok();
            status = answer.as_ref().map(Response::status);
            if !status.is_none_or(is_retryable) {
                break;
            }
            sleep(
                answer
                    .as_ref()
                    .and_then(retry_after)
                    .unwrap_or(backoff)
                    .min(MAX_BACKOFF),
            )
            .await;
            backoff *= 2;
        }
        status
    }
}

fn is_retryable(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    )
}

fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get("Retry-After")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Status and message of the problem document. Excludes the request, which contains the password.
async fn explain(answer: Response) -> String {
    let status = answer.status();
    let problem: Value = answer.json().await.unwrap_or_default();
    match problem["detail"].as_str().or(problem["title"].as_str()) {
        Some(text) => format!("{status} ({text})"),
        None => status.to_string(),
    }
}
