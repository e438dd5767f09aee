//! Sending of a request: URL, retries, interpretation of the response.

use super::error::{TOO_MANY, plain_words};
use super::params::Params;
use super::{TwilioError, TwilioRest};
use crate::faults::Area;
use crate::outbound::{Broken, Unread, from_json, read_at_most, retry_after};
use bytes::Bytes;
use futures::future::BoxFuture;
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::{Duration, Instant};
use url::Url;

/// Limit of a response other than a recording, in bytes.
const MAX_RESPONSE_BYTES: usize = 8 << 20;

/// A request.
pub(super) struct Ask<'a> {
    /// Resource name for metrics and logs, such as `call`.
    pub resource: &'static str,
    pub method: Method,
    /// Path segments below the account, including the extension: `["Calls", "CA1.json"]`.
    pub path: &'a [&'a str],
    /// Sent as a form with POST, otherwise in the query.
    pub params: Params,
    /// Call or participant, for the log.
    pub call_sid: Option<&'a str>,
}

/// Error body (<https://www.twilio.com/docs/usage/twilios-response#exceptions>).
#[derive(Deserialize)]
struct Refusal {
    code: Option<u32>,
    #[serde(default)]
    message: String,
}

impl TwilioRest {
    /// Sends a request and parses the JSON response.
    pub(super) async fn json<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, TwilioError> {
        let url = self.url(ask.path)?;
        let body = self.body(&ask, url).await?;
        parse(ask.resource, &body)
    }

    /// Deletes a resource. A 404 counts as success, because a retry may find it already deleted.
    pub(super) async fn removed(&self, ask: Ask<'_>) -> Result<(), TwilioError> {
        let url = self.url(ask.path)?;
        match self.body(&ask, url).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }

    /// Sends a request to a given URL, such as that of a list's next page.
    pub(super) async fn body(&self, ask: &Ask<'_>, url: Url) -> Result<Bytes, TwilioError> {
        self.attempts(ask, || {
            let url = url.clone();
            Box::pin(async move {
                let response = self.exchange(ask, url, Some(self.0.time_limit)).await?;
                read_at_most(response, MAX_RESPONSE_BYTES)
                    .await
                    .map_err(|unread| match unread {
                        Unread::Broken(broken) => broke(&ask.method, broken),
                        Unread::TooLong => TwilioError::Malformed(format!("{}: response too long", ask.resource)),
                    })
            })
        })
        .await
    }

    /// Repeats `once` while a retry is safe and allowed.
    /// (Boxed, because the compiler cannot yet prove that the future of an async closure is `Send`.)
    pub(super) async fn attempts<'a, T>(
        &'a self,
        ask: &'a Ask<'_>,
        once: impl Fn() -> BoxFuture<'a, Result<T, TwilioError>>,
    ) -> Result<T, TwilioError> {
        let begun = Instant::now();
        let mut attempt = 1;
        let result = loop {
            let error = match once().await {
                Ok(value) => break Ok(value),
                Err(error) => error,
            };
            let Some(wait) = self.wait(&error, attempt) else {
                break Err(error);
            };
            tracing::info!(
                resource = ask.resource,
                call_sid = ask.call_sid,
                attempt,
                %error,
                "twilio request failed, retrying"
            );
            metrics::counter!("twilio_requests_repeated_total", "resource" => ask.resource).increment(1);
            tokio::time::sleep(wait).await;
            attempt += 1;
        };
        self.note_credentials(result.as_ref().err());
        let outcome = outcome(result.as_ref().err());
        metrics::counter!("twilio_requests_total", "resource" => ask.resource, "outcome" => outcome).increment(1);
        metrics::histogram!("twilio_request_seconds", "resource" => ask.resource).record(begun.elapsed());
        tracing::debug!(
            resource = ask.resource,
            method = %ask.method,
            call_sid = ask.call_sid,
            attempt,
            outcome,
            "twilio request finished"
        );
        result
    }

    /// Any answer but a refusal of the credentials shows that they are accepted.
    fn note_credentials(&self, error: Option<&TwilioError>) {
        let Some(faults) = &self.0.faults else { return };
        match error {
            Some(error) if error.is_configuration_fault() => faults.report(Area::TwilioCredentials, error.to_string()),
            None | Some(TwilioError::Api { .. }) => faults.end(Area::TwilioCredentials),
            Some(_) => {}
        }
    }

    /// Delay before the next attempt; `None` for no retry. Honors `Retry-After` up to the backoff cap; a longer delay
    /// is left to the calling code, which can wait without holding resources.
    fn wait(&self, error: &TwilioError, attempt: u32) -> Option<Duration> {
        let wait = self
            .0
            .backoff
            .wait_after(attempt)
            .filter(|_| error.is_safe_to_retry())?;
        match error {
            TwilioError::RateLimited {
                retry_after: Some(asked),
            } => (*asked <= self.0.backoff.cap).then(|| wait.max(*asked)),
            _ => Some(wait),
        }
    }

    /// Makes one attempt. Returns a successful response, or the error that the failure means.
    pub(super) async fn exchange(
        &self,
        ask: &Ask<'_>,
        url: Url,
        time_limit: Option<Duration>,
    ) -> Result<Response, TwilioError> {
        let (user, password) = self.0.credentials.pair(&self.0.account_sid);
        let mut request = self
            .0
            .http
            .request(ask.method.clone(), url)
            .basic_auth(user, Some(password));
        if let Some(limit) = time_limit {
            request = request.timeout(limit);
        }
        let params = ask.params.pairs();
        request = match ask.method {
            Method::POST => request.form(params),
            _ if params.is_empty() => request,
            _ => request.query(params),
        };
        let response = request
            .send()
            .await
            .map_err(|error| broke(&ask.method, Broken::of(&error)))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refused(&ask.method, response).await)
    }

    /// Builds the URL of a path below the account.
    pub(super) fn url(&self, path: &[&str]) -> Result<Url, TwilioError> {
        if !path.iter().all(|part| is_identifier(part)) {
            return Err(TwilioError::NotAnIdentifier);
        }
        let mut url = self.0.base.clone();
        url.path_segments_mut()
            .map_err(|()| TwilioError::NotAnIdentifier)?
            .pop_if_empty()
            .extend(["2010-04-01", "Accounts", &self.0.account_sid])
            .extend(path);
        Ok(url)
    }
}

/// Whether a path segment is safe in a URL. Segments come from callbacks and events, and must not change the path.
fn is_identifier(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_alphanumeric())
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && part != ".json"
}

pub(super) fn parse<T: DeserializeOwned>(resource: &str, body: &[u8]) -> Result<T, TwilioError> {
    // serde's message is not used, because it may quote a value.
    from_json(body).map_err(|error| {
        TwilioError::Malformed(format!(
            "{resource}: unexpected format at line {} column {}",
            error.line(),
            error.column()
        ))
    })
}

fn broke(method: &Method, broken: Broken) -> TwilioError {
    TwilioError::Unavailable {
        reason: broken.as_str(),
        status: None,
        ambiguous: broken != Broken::Unsent && !is_repeatable(method),
    }
}

/// Whether the method is idempotent. Twilio's POSTs create and change resources.
fn is_repeatable(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::DELETE)
}

async fn refused(method: &Method, response: Response) -> TwilioError {
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let refusal = read_at_most(response, MAX_RESPONSE_BYTES).await.ok();
    let refusal = refusal.and_then(|body| from_json::<Refusal>(&body).ok());
    let code = refusal.as_ref().and_then(|refusal| refusal.code);
    if status == StatusCode::TOO_MANY_REQUESTS || code == Some(TOO_MANY) {
        return TwilioError::RateLimited { retry_after };
    }
    if status.is_server_error() {
        return TwilioError::Unavailable {
            reason: "server error",
            status: Some(status.as_u16()),
            ambiguous: !is_repeatable(method),
        };
    }
    if !status.is_client_error() {
        return TwilioError::Malformed(format!("status {}", status.as_u16()));
    }
    TwilioError::Api {
        status: status.as_u16(),
        code,
        message: refusal.map_or_else(|| "no reason given".into(), |refusal| plain_words(&refusal.message)),
    }
}

const fn outcome(error: Option<&TwilioError>) -> &'static str {
    match error {
        None => "ok",
        Some(TwilioError::Api { .. }) => "refused",
        Some(TwilioError::RateLimited { .. }) => "rate_limited",
        Some(TwilioError::Unavailable { .. }) => "unavailable",
        Some(TwilioError::Malformed(_) | TwilioError::NotAnIdentifier) => "malformed",
    }
}

#[cfg(test)]
mod tests {
    use super::super::Credentials;
    use super::*;
    use crate::secret::Secret;

    fn twilio(base: &str) -> TwilioRest {
        TwilioRest::new(base, "AC1", Credentials::AuthToken(Secret::new("hunter2"))).expect("a client")
    }

    #[test]
    fn url_is_below_the_account() {
        let expected = "/2010-04-01/Accounts/AC1/Calls/CA1.json";
        for base in [
            "https://api.twilio.com",
            "https://api.twilio.com/",
            "http://[::1]:4010/twilio",
        ] {
            let url = twilio(base).url(&["Calls", "CA1.json"]).expect("an address");
            assert_eq!(url.as_str(), format!("{}{expected}", base.trim_end_matches('/')));
        }
    }

    #[test]
    fn invalid_identifier_is_rejected() {
        let twilio = twilio(super::super::TWILIO);
        for part in ["", ".json", "..", "../AC2", "a/b", "a?b", "a#b", "a%2fb", "ä"] {
            assert_eq!(
                twilio.url(&["Calls", part]),
                Err(TwilioError::NotAnIdentifier),
                "{part}"
            );
        }
    }

    #[test]
    fn base_url_with_query_or_credentials_is_rejected() {
        for base in [
            "",
            "api.twilio.com",
            "ftp://a",
            "https://u:p@a",
            "https://a/?b",
            "https://a/#b",
        ] {
            let client = TwilioRest::new(base, "AC1", Credentials::AuthToken(Secret::new("t")));
            assert!(client.is_err(), "{base}");
        }
    }

    #[test]
    fn debug_output_contains_no_secret() {
        assert!(!format!("{:?}", twilio(super::super::TWILIO)).contains("hunter2"));
    }

    #[test]
    fn parse_error_does_not_quote_the_response() {
        let error = parse::<Vec<u8>>("call", br#"{"to": "+15045550123"}"#).expect_err("no list");
        assert!(!format!("{error} {error:?}").contains("555"));
    }
}
