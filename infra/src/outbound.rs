//! Shared by the HTTP clients: retry delays, what a failed exchange proves about the request, and bodies with a size
//! limit.
//!
//! Each client decides whether to retry: that depends on the effect of sending the request twice.

use crate::clock::random_bytes;
use bytes::{Bytes, BytesMut};
use reqwest::Response;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Number of attempts, and exponential delay with jitter between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Most attempts, including the first.
    pub attempts: u32,
    /// The delay after the first attempt. It doubles with each further attempt.
    pub base: Duration,
    /// The longest delay.
    pub cap: Duration,
}

impl Default for Backoff {
    /// Four attempts; about 0.25, 0.5 and 1 second between them.
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(5),
        }
    }
}

impl Backoff {
    /// One attempt, without retries.
    #[must_use]
    pub const fn once() -> Self {
        Self {
            attempts: 1,
            base: Duration::ZERO,
            cap: Duration::ZERO,
        }
    }

    /// The delay after attempt number `attempt` (from 1): random between 50 % and 100 % of its step, so that clients
    /// that failed together do not retry together. `None` after the last attempt.
    #[must_use]
    pub fn wait_after(&self, attempt: u32) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doublings = attempt.saturating_sub(1).min(31);
        let step = self.base.saturating_mul(1 << doublings).min(self.cap);
        let fraction = f64::from(u32::from_be_bytes(random_bytes())) / f64::from(u32::MAX);
        Some(step.mul_f64(0.5 + fraction / 2.0))
    }
}

/// Why an exchange failed, and what that proves about the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// No connection: nothing was sent.
    Unsent,
    /// No response in time. The server may have processed the request.
    TimedOut,
    /// The connection broke. The server may have processed the request.
    Interrupted,
}

impl Broken {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() {
            Self::Unsent
        } else if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::Interrupted
        }
    }

    /// A text for logs. It omits the address, which may contain personal values.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unsent => "no connection",
            Self::TimedOut => "no response in time",
            Self::Interrupted => "the connection broke",
        }
    }
}

/// The delay that the server requests: `Retry-After` in seconds (RFC 9110, section 10.2.3). The date form is not
/// supported: neither Twilio nor the model providers send it.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds = text.trim().parse::<f64>().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    Broken(Broken),
    TooLong,
}

/// The whole body, if it has at most `max_bytes`.
pub(crate) async fn read_at_most(mut response: Response, max_bytes: usize) -> Result<Bytes, Unread> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| Unread::Broken(Broken::of(&error)))?
    {
        if body.len() + chunk.len() > max_bytes {
            return Err(Unread::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Parses JSON of a foreign server, with or without a byte order mark. Bytes that are not UTF-8 are replaced, so that a
/// name in another encoding does not cost the message.
pub(crate) fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    let text = String::from_utf8_lossy(body);
    serde_json::from_str(text.trim_start_matches('\u{feff}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn delay_doubles_up_to_the_cap_and_ends_after_the_last_attempt() {
        let backoff = Backoff {
            attempts: 5,
            base: Duration::from_millis(100),
            cap: Duration::from_millis(300),
        };
        for (attempt, step) in [(1, 100), (2, 200), (3, 300), (4, 300)] {
            for _ in 0..50 {
                let wait = backoff.wait_after(attempt).expect("there is another attempt");
                assert!(wait >= Duration::from_millis(step / 2) && wait <= Duration::from_millis(step));
            }
        }
        assert_eq!(backoff.wait_after(5), None);
        assert_eq!(Backoff::once().wait_after(1), None);
    }

    #[test]
    fn delay_has_jitter() {
        let waits: std::collections::HashSet<_> = (0..20).map(|_| Backoff::default().wait_after(1)).collect();
        assert!(waits.len() > 1);
    }

    #[test]
    fn retry_after_is_parsed_in_seconds() {
        let parse = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_str(text).expect("a header"));
            retry_after(&headers)
        };
        assert_eq!(parse("2"), Some(Duration::from_secs(2)));
        assert_eq!(parse("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(parse("-1"), None);
        assert_eq!(parse("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
