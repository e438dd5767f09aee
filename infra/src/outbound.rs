//! What the clients of other people's servers share: how long to wait before asking again, what a failed exchange
//! proves, and bodies that are read only up to a limit.
//!
//! Whether to ask again is each client's own decision: it depends on what the request would do twice.

use crate::clock::random_bytes;
use bytes::{Bytes, BytesMut};
use reqwest::Response;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::time::Duration;

/// How often a request is made, and how long to wait in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// How often at most, the first time included.
    pub attempts: u32,
    /// The wait after the first attempt; it doubles with each further one.
    pub base: Duration,
    /// No wait is longer.
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
    /// One attempt.
    #[must_use]
    pub const fn once() -> Self {
        Self {
            attempts: 1,
            base: Duration::ZERO,
            cap: Duration::ZERO,
        }
    }

    /// The wait after attempt number `attempt` (from 1): between half and the whole of its step, so that many who failed
    /// together do not return together. `None` after the last attempt.
    #[must_use]
    pub fn wait_after(&self, attempt: u32) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doublings = attempt.saturating_sub(1).min(31);
        let step = self.base.saturating_mul(1 << doublings).min(self.cap);
        let share = f64::from(u32::from_be_bytes(random_bytes())) / f64::from(u32::MAX);
        Some(step.mul_f64(0.5 + share / 2.0))
    }
}

/// What the failure of an exchange proves about the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// There was no connection: nothing was sent.
    Unsent,
    /// No answer in time. The other side may have done what was asked.
    TimedOut,
    /// The connection broke. The other side may have done what was asked.
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

    /// In words for a log, without the address: it may hold what nobody should read.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unsent => "no connection",
            Self::TimedOut => "no answer in time",
            Self::Interrupted => "the connection broke",
        }
    }
}

/// How long the other side asks us to wait: `Retry-After` in seconds (RFC 9110, section 10.2.3). Its other form, a date,
/// is not read: neither Twilio nor a model's provider sends it.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds = text.trim().parse::<f64>().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    Broken(Broken),
    TooLong,
}

/// The whole body, if it has no more than `most` bytes.
pub(crate) async fn read_at_most(mut response: Response, most: usize) -> Result<Bytes, Unread> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| Unread::Broken(Broken::of(&error)))?
    {
        if body.len() + chunk.len() > most {
            return Err(Unread::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn waits_double_up_to_the_cap_and_end_with_the_attempts() {
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
    fn waits_differ() {
        let waits: std::collections::HashSet<_> = (0..20).map(|_| Backoff::default().wait_after(1)).collect();
        assert!(waits.len() > 1);
    }

    #[test]
    fn retry_after_is_read_in_seconds() {
        let told = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_str(text).expect("a header"));
            retry_after(&headers)
        };
        assert_eq!(told("2"), Some(Duration::from_secs(2)));
        assert_eq!(told("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(told("-1"), None);
        assert_eq!(told("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
