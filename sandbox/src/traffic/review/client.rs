//! A person at the service's API: registers if nobody has yet, logs in, and works through a list of reviews.

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

/// Reviews of so many calls at the same time.
const AT_ONCE: usize = 8;
/// Tries of one action: the call may not have reached the call list yet, or the service asks for patience.
const TRIES: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// What came of the reviews.
#[derive(Debug, Clone, Default)]
pub struct ReviewTally {
    /// Done, by name of the action.
    pub done: BTreeMap<&'static str, usize>,
    /// Refused at the last try, by name of the action and status.
    pub refused: BTreeMap<(&'static str, u16), usize>,
    /// Without an answer at the last try.
    pub unanswered: usize,
}

impl ReviewTally {
    /// Whether all was done.
    #[must_use]
    pub fn all_done(&self) -> bool {
        self.refused.is_empty() && self.unanswered == 0
    }
}

/// Somebody who is logged in.
#[derive(Clone)]
pub struct Reviewer {
    client: Client,
    url: String,
    /// The session's cookie, as it is sent.
    session: String,
}

impl Reviewer {
    /// Logs in at the service, after registering there if it is open to its first user.
    ///
    /// # Errors
    /// If the service cannot be reached, or does not let this person in.
    pub async fn log_in(url: &str, email: &str, password: &str) -> anyhow::Result<Self> {
        let url = url.trim_end_matches('/').to_owned();
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;

        let credentials = json!({ "email": email, "password": password });
        let log_in = || client.post(format!("{url}/api/auth/login")).json(&credentials).send();
        let mut answer = log_in().await.context("the service cannot be reached")?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            let refusal = explain(answer).await;
            let body = json!({ "email": email, "password": password, "name": "Front Desk" });
            let registered = client
                .post(format!("{url}/api/auth/register"))
                .json(&body)
                .send()
                .await?;
            // Only a service without users takes the first one who comes.
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
        let session = session.context("the answer to the login sets no cookie")?.to_owned();
        Ok(Self { client, url, session })
    }

    /// Does all of it. The actions about one call are done one after the other.
    ///
    /// # Panics
    /// Never: what goes wrong with a request is counted.
    pub async fn work_through(&self, reviews: Vec<Vec<Action>>) -> ReviewTally {
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        let mut running = JoinSet::new();
        for actions in reviews {
            let (slots, reviewer) = (Arc::clone(&slots), self.clone());
            running.spawn(async move {
                let _slot = slots.acquire().await.expect("the semaphore is never closed");
                let mut outcomes = Vec::with_capacity(actions.len());
                for action in actions {
                    outcomes.push((action.name, reviewer.act(&action).await));
                }
                outcomes
            });
        }
        let mut tally = ReviewTally::default();
        while let Some(outcomes) = running.join_next().await {
            for (name, outcome) in outcomes.expect("a review does not panic") {
                match outcome {
                    Some(status) if status.is_success() => *tally.done.entry(name).or_default() += 1,
                    Some(status) => *tally.refused.entry((name, status.as_u16())).or_default() += 1,
                    None => tally.unanswered += 1,
                }
            }
        }
        tally
    }

    /// The status of the last answer, `None` if there was none.
    async fn act(&self, action: &Action) -> Option<StatusCode> {
        let mut status = None;
        let mut pause = FIRST_PAUSE;
        for _ in 0..TRIES {
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
            if !status.is_none_or(is_worth_another_try) {
                break;
            }
            sleep(
                answer
                    .as_ref()
                    .and_then(retry_after)
                    .unwrap_or(pause)
                    .min(LONGEST_PAUSE),
            )
            .await;
            pause *= 2;
        }
        status
    }
}

fn is_worth_another_try(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    )
}

fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get("Retry-After")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Status and the title of the problem document. Never the request: it holds the password.
async fn explain(answer: Response) -> String {
    let status = answer.status();
    let problem: Value = answer.json().await.unwrap_or_default();
    match problem["detail"].as_str().or(problem["title"].as_str()) {
        Some(text) => format!("{status} ({text})"),
        None => status.to_string(),
    }
}
