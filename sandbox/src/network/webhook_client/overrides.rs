//! Connection overrides in the fragment of a webhook URL: `#rc=5&rp=all`.
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>

use super::Outcome;
use std::time::Duration;
use url::form_urlencoded;

/// Timeouts and retries of one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overrides {
    /// Connect timeout: `ct`.
    pub connect: Duration,
    /// Read timeout: `rt`.
    pub read: Duration,
    /// Timeout of all attempts together: `tt`.
    pub total: Duration,
    /// Retry count: `rc`.
    pub retries: u32,
    /// Retry policy: `rp`.
    pub after: Vec<Retry>,
}

/// A failure that is retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// No connection.
    Connect,
    /// No answer in time.
    Read,
    /// 400 to 499.
    ClientError,
    /// 500 and above.
    ServerError,
}

impl Default for Overrides {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(15),
            total: Duration::from_secs(15),
            retries: 1,
            after: vec![Retry::Connect],
        }
    }
}

impl Overrides {
    /// Parses the overrides of a URL. Unknown and out-of-range values are ignored.
    #[must_use]
    pub fn of(url: &str) -> Self {
        let mut overrides = Self::default();
        let Some((_, fragment)) = url.split_once('#') else {
            return overrides;
        };
        for (key, value) in form_urlencoded::parse(fragment.as_bytes()) {
            let millis = |least| {
                let time = value.parse().ok().filter(|ms| (least..=15_000).contains(ms));
                time.map(Duration::from_millis)
            };
            match &*key {
                "ct" => overrides.connect = millis(100).unwrap_or(overrides.connect).min(Duration::from_secs(10)),
                "rt" => overrides.read = millis(100).unwrap_or(overrides.read),
                "tt" => overrides.total = millis(100).unwrap_or(overrides.total),
                "rc" => {
                    overrides.retries = value
                        .parse()
                        .ok()
                        .filter(|count| *count <= 5)
                        .unwrap_or(overrides.retries);
                }
                "rp" => overrides.after = value.split(',').flat_map(policy).copied().collect(),
                _ => {}
            }
        }
        overrides
    }

    /// Whether this outcome is retried.
    pub(in crate::network) fn repeats(&self, outcome: &Outcome) -> bool {
        let because = match outcome {
            Outcome::Refused(400..=499) => Retry::ClientError,
            Outcome::Refused(500..) => Retry::ServerError,
            Outcome::Answered(_) | Outcome::Refused(_) => return false,
            Outcome::NotConnected(_) => Retry::Connect,
            Outcome::TooSlow | Outcome::Broken(_) => Retry::Read,
        };
        self.after.contains(&because)
    }
}

fn policy(word: &str) -> &'static [Retry] {
    match word.trim() {
        "ct" => &[Retry::Connect],
        "rt" => &[Retry::Read],
        "4xx" => &[Retry::ClientError],
        "5xx" => &[Retry::ServerError],
        "all" => &[Retry::Connect, Retry::Read, Retry::ClientError, Retry::ServerError],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_without_fragment_retries_a_failed_connection_once() {
        let overrides = Overrides::of("https://example.com/a?rc=5");
        assert_eq!(overrides, Overrides::default());
        assert!(overrides.repeats(&Outcome::NotConnected(String::new())));
        assert!(!overrides.repeats(&Outcome::Refused(503)) && !overrides.repeats(&Outcome::TooSlow));
    }

    #[test]
    fn every_failure_can_be_retried_five_times() {
        let overrides = Overrides::of("https://example.com/a#rc=5&rp=all");
        assert_eq!(overrides.retries, 5);
        assert!(overrides.repeats(&Outcome::Refused(404)) && overrides.repeats(&Outcome::Refused(500)));
        assert!(overrides.repeats(&Outcome::TooSlow) && !overrides.repeats(&Outcome::Refused(302)));
    }

    #[test]
    fn out_of_range_timeouts_are_ignored() {
        let overrides = Overrides::of("https://example.com/a#ct=2000&rt=3000&tt=99000&rc=9&rp=5xx,ct");
        assert_eq!(overrides.connect, Duration::from_secs(2));
        assert_eq!(overrides.read, Duration::from_secs(3));
        assert_eq!((overrides.total, overrides.retries), (Duration::from_secs(15), 1));
        assert_eq!(overrides.after, [Retry::ServerError, Retry::Connect]);
    }
}
