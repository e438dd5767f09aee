//! Rate limits by address, account and user, and how many requests of an address are handled at once.
//!
//! Twilio's webhooks have no limit: a flood of calls is a flood of callbacks, and an unsigned request costs one hash.

use crate::error::ApiError;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
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
/// Password attempts per account and address, or per account from its known browsers: 10, then one every 10 s.
const PASSWORD_ATTEMPTS: Rate = rate(10, 10_000);
/// Password attempts per account from all addresses together, without a known browser: 100, then one every 10 s. So
/// many addresses do not get more attempts than one for long.
const ACCOUNT_ATTEMPTS: Rate = rate(100, 10_000);
/// Requests per user: 600, then 60 a second.
const REQUESTS: Rate = rate(600, 1_000 / 60);
/// Maximum number of requests of an address that are handled at once.
const MAX_IN_FLIGHT: usize = 512;
/// Number of keys above which keys with a full bucket are dropped.
const MAX_KEYS: usize = 50_000;

/// The rate limits.
pub struct Limits {
    login_attempts: DefaultKeyedRateLimiter<IpAddr>,
    password_attempts: DefaultKeyedRateLimiter<(String, Option<IpAddr>)>,
    account_attempts: DefaultKeyedRateLimiter<String>,
    requests: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
    in_flight: Mutex<HashMap<IpAddr, usize>>,
    open_sockets: Mutex<HashMap<String, usize>>,
}

/// Maximum number of open sockets of a user, on this process: feeds, sound and typed calls. One for each browser tab,
/// with some room.
const MAX_SOCKETS_PER_USER: usize = 16;

/// An open socket of a user, until this is dropped.
pub struct OpenSocket {
    limits: Arc<Limits>,
    user_id: String,
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        leave(&self.limits.open_sockets, &self.user_id);
    }
}

/// Counts one less of `key`.
fn leave<K: Eq + Hash>(counts: &Mutex<HashMap<K, usize>>, key: &K) {
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// Counts one more of `key`. `false` if there are so many already.
fn enter<K: Eq + Hash>(counts: &Mutex<HashMap<K, usize>>, key: K, max: usize) -> bool {
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counts.entry(key).or_default();
    let has_room = *count < max;
    *count += usize::from(has_room);
    has_room
}

/// A request that is handled, until this is dropped.
pub struct InFlight {
    limits: Arc<Limits>,
    address: IpAddr,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        leave(&self.limits.in_flight, &self.address);
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            login_attempts: limiter(LOGIN_ATTEMPTS),
            password_attempts: limiter(PASSWORD_ATTEMPTS),
            account_attempts: limiter(ACCOUNT_ATTEMPTS),
            requests: limiter(REQUESTS),
            clock: DefaultClock::default(),
            in_flight: Mutex::default(),
            open_sockets: Mutex::default(),
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

    /// Counts a password attempt for this account from an address. `None`: from a browser in which the account has signed
    /// in before, which attempts from elsewhere never lock out.
    ///
    /// # Errors
    /// 429 when the limit is exceeded.
    pub fn password_attempt(&self, email: &str, address: Option<IpAddr>) -> Result<(), ApiError> {
        self.check(&self.password_attempts, &(email.to_owned(), address))?;
        match address {
            Some(_) => self.check(&self.account_attempts, &email.to_owned()),
            None => Ok(()),
        }
    }

    /// Counts a request of a user.
    ///
    /// # Errors
    /// 429 when the limit is exceeded.
    pub fn request(&self, user_id: &str) -> Result<(), ApiError> {
        self.check(&self.requests, &user_id.to_owned())
    }

    /// Counts a request from `address` until the guard is dropped. Behind a proxy, this takes the place of a limit of
    /// connections.
    ///
    /// # Errors
    /// 429 when so many are handled already.
    pub fn begin_request(self: &Arc<Self>, address: IpAddr) -> Result<InFlight, ApiError> {
        if !enter(&self.in_flight, address, MAX_IN_FLIGHT) {
            metrics::counter!("http_rate_limited_total").increment(1);
            return Err(ApiError::TooMany { retry_after_s: 1 });
        }
        Ok(InFlight {
            limits: self.clone(),
            address,
        })
    }

    /// Counts an open socket of a user until the guard is dropped.
    ///
    /// # Errors
    /// 429 when the user has [`MAX_SOCKETS_PER_USER`] already.
    pub fn open_socket(self: &Arc<Self>, user_id: &str) -> Result<OpenSocket, ApiError> {
        if !enter(&self.open_sockets, user_id.to_owned(), MAX_SOCKETS_PER_USER) {
            metrics::counter!("http_rate_limited_total").increment(1);
            return Err(ApiError::TooMany { retry_after_s: 10 });
        }
        Ok(OpenSocket {
            limits: self.clone(),
            user_id: user_id.to_owned(),
        })
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
    fn attempts_from_many_addresses_are_limited_together_but_not_for_a_known_browser() {
        let limits = Limits::default();
        let from = |number: u8| limits.password_attempt("ada@example.org", Some(IpAddr::from([192, 0, 2, number])));
        assert!((0..100).all(|number| from(number).is_ok()));
        assert!(from(101).is_err());
        limits
            .password_attempt("ada@example.org", None)
            .expect("a known browser");
    }

    #[test]
    fn requests_of_one_address_are_limited_until_they_end() {
        let limits = Arc::new(Limits::default());
        let address = |last| IpAddr::from([192, 0, 2, last]);
        let begun: Vec<_> = (0..MAX_IN_FLIGHT)
            .map(|_| limits.begin_request(address(1)).expect("begun"))
            .collect();
        assert!(limits.begin_request(address(1)).is_err());
        limits.begin_request(address(2)).expect("another address");
        drop(begun);
        limits.begin_request(address(1)).expect("begun");
        assert!(limits.in_flight.lock().expect("counts").is_empty());
    }

    #[test]
    fn exceeded_password_attempts_are_429_with_retry_after() {
        let limits = Limits::default();
        let address = |last| Some(IpAddr::from([192, 0, 2, last]));
        for _ in 0..10 {
            limits
                .password_attempt("ada@example.org", address(1))
                .expect("within the burst");
        }
        match limits.password_attempt("ada@example.org", address(1)) {
            Err(ApiError::TooMany { retry_after_s }) => assert!((1..=11).contains(&retry_after_s), "{retry_after_s}"),
            other => panic!("not limited: {other:?}"),
        }
        limits
            .password_attempt("bob@example.org", address(1))
            .expect("another account");
        limits
            .password_attempt("ada@example.org", address(2))
            .expect("another address");
        limits
            .password_attempt("ada@example.org", None)
            .expect("a known browser");
    }
}
