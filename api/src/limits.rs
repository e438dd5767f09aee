//! Rate limits by address, account and user.
//!
//! Twilio's webhooks have no limit: a flood of calls is a flood of callbacks, and an unsigned request costs one hash.

use crate::error::ApiError;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

/// A token bucket: burst size, and time to refill one token.
#[derive(Clone, Copy, Debug)]
struct Rate {
    burst: NonZeroU32,
    refill: Duration,
}

const fn rate(burst: u32, refill_ms: u64) -> Rate {
    match NonZeroU32::new(burst) {
        Some(burst) => Rate {
            burst,
            refill: Duration::from_millis(refill_ms),
        },
        None => panic!("the burst is at least 1"),
    }
}

/// Sign-in and registration attempts per address: 20, then one every 3 s.
const LOGIN_ATTEMPTS: Rate = rate(20, 3_000);
/// Password attempts per account, from any address: 10, then one every 10 s.
const PASSWORD_ATTEMPTS: Rate = rate(10, 10_000);
/// Requests per user: 600, then 60 a second.
const REQUESTS: Rate = rate(600, 1_000 / 60);
/// Number of keys above which keys with a full bucket are dropped.
const MAX_KEYS: usize = 50_000;

/// The rate limits.
pub struct Limits {
    login_attempts: DefaultKeyedRateLimiter<IpAddr>,
    password_attempts: DefaultKeyedRateLimiter<String>,
    requests: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            login_attempts: limiter(LOGIN_ATTEMPTS),
            password_attempts: limiter(PASSWORD_ATTEMPTS),
            requests: limiter(REQUESTS),
            clock: DefaultClock::default(),
        }
    }
}

fn limiter<K: Clone + Eq + Hash>(rate: Rate) -> DefaultKeyedRateLimiter<K> {
    let quota = Quota::with_period(rate.refill)
        .expect("the refill time is not zero")
        .allow_burst(rate.burst);
    RateLimiter::keyed(quota)
}

impl Limits {
    /// Counts a sign-in or registration attempt from `address`.
    ///
    /// # Errors
    /// 429 when the limit is exceeded.
    pub fn login_attempt(&self, address: IpAddr) -> Result<(), ApiError> {
        self.check(&self.login_attempts, &address)
    }

    /// Counts a password attempt for this account.
    ///
    /// # Errors
    /// 429 when the limit is exceeded.
    pub fn password_attempt(&self, email: &str) -> Result<(), ApiError> {
        self.check(&self.password_attempts, &email.to_owned())
    }

    /// Counts a request of a user.
    ///
    /// # Errors
    /// 429 when the limit is exceeded.
    pub fn request(&self, user_id: &str) -> Result<(), ApiError> {
        self.check(&self.requests, &user_id.to_owned())
    }

    fn check<K: Clone + Eq + Hash>(&self, limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), ApiError> {
        if limiter.len() > MAX_KEYS {
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
    fn exceeded_password_attempts_are_429_with_retry_after() {
        let limits = Limits::default();
        for _ in 0..10 {
            limits.password_attempt("ada@example.org").expect("within the burst");
        }
        match limits.password_attempt("ada@example.org") {
            Err(ApiError::TooMany { retry_after_s }) => assert!((1..=11).contains(&retry_after_s), "{retry_after_s}"),
            other => panic!("not limited: {other:?}"),
        }
        limits.password_attempt("bob@example.org").expect("another account");
    }
}
