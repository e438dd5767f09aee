//! Rate limits: how often one address, or one user, may knock.
//!
//! Twilio's doors have none: a flood of calls is a flood of callbacks, and an unsigned request costs one hash.

use crate::error::ApiError;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

/// How often somebody may knock.
#[derive(Clone, Copy, Debug)]
struct Rate {
    burst: NonZeroU32,
    one_each: Duration,
}

const fn rate(burst: u32, one_each_ms: u64) -> Rate {
    match NonZeroU32::new(burst) {
        Some(burst) => Rate {
            burst,
            one_each: Duration::from_millis(one_each_ms),
        },
        None => panic!("a burst is at least one"),
    }
}

/// Attempts to sign in or register from one address: 20 at once, then one in 3 s.
const KNOCKS: Rate = rate(20, 3_000);
/// Attempts to sign in to one account: 10 at once, then one in 10 s, from wherever they come.
const GUESSES: Rate = rate(10, 10_000);
/// Requests of one user: 600 at once, then 60 a second.
const REQUESTS: Rate = rate(600, 1_000 / 60);
/// More keys than this, and those that could knock again anyway are forgotten.
const REMEMBERED: usize = 50_000;

/// The limits.
pub struct Limits {
    knocks: DefaultKeyedRateLimiter<IpAddr>,
    guesses: DefaultKeyedRateLimiter<String>,
    requests: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            knocks: limiter(KNOCKS),
            guesses: limiter(GUESSES),
            requests: limiter(REQUESTS),
            clock: DefaultClock::default(),
        }
    }
}

fn limiter<K: Clone + Eq + Hash>(rate: Rate) -> DefaultKeyedRateLimiter<K> {
    let quota = Quota::with_period(rate.one_each)
        .expect("a period is longer than nothing")
        .allow_burst(rate.burst);
    RateLimiter::keyed(quota)
}

impl Limits {
    /// Somebody at `address` tries to sign in or register.
    ///
    /// # Errors
    /// When they did so too often.
    pub fn login_attempt(&self, address: IpAddr) -> Result<(), ApiError> {
        self.check(&self.knocks, &address)
    }

    /// Somebody tries a password of this account.
    ///
    /// # Errors
    /// When somebody did so too often.
    pub fn guess(&self, email: &str) -> Result<(), ApiError> {
        self.check(&self.guesses, &email.to_owned())
    }

    /// A user asks for something.
    ///
    /// # Errors
    /// When they did so too often.
    pub fn request(&self, user_id: &str) -> Result<(), ApiError> {
        self.check(&self.requests, &user_id.to_owned())
    }

    fn check<K: Clone + Eq + Hash>(&self, limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), ApiError> {
        if limiter.len() > REMEMBERED {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|until| {
            metrics::counter!("http_rate_limited_total").increment(1);
            ApiError::TooMany {
                retry_after_s: until.wait_time_from(self.clock.now()).as_secs() + 1,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_guesses_too_often_is_told_when_to_come_back() {
        let limits = Limits::default();
        for _ in 0..10 {
            limits.guess("ada@example.org").expect("within the burst");
        }
        match limits.guess("ada@example.org") {
            Err(ApiError::TooMany { retry_after_s }) => assert!((1..=11).contains(&retry_after_s), "{retry_after_s}"),
            other => panic!("not limited: {other:?}"),
        }
        limits.guess("bob@example.org").expect("another account");
    }
}
