//! Connection overrides: `#rc=5&rp=all` behind a webhook's URL.
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>

use super::Try;
use std::time::Duration;
use url::form_urlencoded;

/// How one webhook is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overrides {
    /// For a connection: `ct`.
    pub connect: Duration,
    /// For an answer: `rt`.
    pub read: Duration,
    /// For all tries together: `tt`.
    pub total: Duration,
    /// Repetitions: `rc`.
    pub retries: u32,
    /// After what: `rp`.
    pub after: Vec<Retry>,
}

/// What a request is repeated after.
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
    /// Those of a URL. What is not understood, or out of bounds, is as if it were not said.
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

    /// Whether something is tried again after this.
    pub(super) fn repeats(&self, outcome: &Try) -> bool {
        let because = match outcome {
            Try::Refused(400..=499) => Retry::ClientError,
            Try::Refused(500..) => Retry::ServerError,
            Try::Answered(_) | Try::Refused(_) => return false,
            Try::NotConnected(_) => Retry::Connect,
            Try::TooSlow | Try::Broken(_) => Retry::Read,
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
    fn without_a_fragment_only_a_failed_connection_is_tried_once_more() {
        let overrides = Overrides::of("https://example.com/a?rc=5");
        assert_eq!(overrides, Overrides::default());
        assert!(overrides.repeats(&Try::NotConnected(String::new())));
        assert!(!overrides.repeats(&Try::Refused(503)) && !overrides.repeats(&Try::TooSlow));
    }

    #[test]
    fn everything_can_be_tried_five_times_more() {
        let overrides = Overrides::of("https://example.com/a#rc=5&rp=all");
        assert_eq!(overrides.retries, 5);
        assert!(overrides.repeats(&Try::Refused(404)) && overrides.repeats(&Try::Refused(500)));
        assert!(overrides.repeats(&Try::TooSlow) && !overrides.repeats(&Try::Refused(302)));
    }

    #[test]
    fn times_are_in_milliseconds_and_what_is_out_of_bounds_is_ignored() {
        let overrides = Overrides::of("https://example.com/a#ct=2000&rt=3000&tt=99000&rc=9&rp=5xx,ct");
        assert_eq!(overrides.connect, Duration::from_secs(2));
        assert_eq!(overrides.read, Duration::from_secs(3));
        assert_eq!((overrides.total, overrides.retries), (Duration::from_secs(15), 1));
        assert_eq!(overrides.after, [Retry::ServerError, Retry::Connect]);
    }
}
