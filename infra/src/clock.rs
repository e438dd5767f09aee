//! Time, identifiers and random bytes: the only module that creates them.
//!
//! Other code takes them as arguments, so that decisions can be replayed and tests can set the clock.

mod sandbox;

pub use sandbox::{SandboxClock, SandboxClockError};

use domain::Timestamp;
use domain::ledger::LedgerClock;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use rand::RngCore;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Longest sleep of the system clock between two readings, so that a step of the machine's clock is noticed.
const MAX_SYSTEM_SLEEP: Duration = Duration::from_mins(1);

/// A source of the current time, and of timers that fire by it.
///
/// Timers of the business (retry delays, waits for the telephone network) use this. Timeouts of sockets, requests and
/// polls are technical, and use real time.
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Timestamp;

    /// What the log records about this clock.
    fn kind(&self) -> LedgerClock {
        LedgerClock::System
    }

    /// Completes when the clock has reached `at`: [`Clock::now`] then returns at least `at`.
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()>;

    /// Completes when the clock has advanced by `span`.
    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        self.sleep_until(after(self.now(), span))
    }
}

/// `span` after `time`, at most the latest timestamp.
fn after(time: Timestamp, span: Duration) -> Timestamp {
    let span = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    Timestamp(time.as_micros().saturating_add(span))
}

/// A clock shared between tasks.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the only source of time")]
    fn now(&self) -> Timestamp {
        chrono::Utc::now().into()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        async move {
            loop {
                let left = at.as_micros().saturating_sub(Self.now().as_micros());
                let left = Duration::from_micros(u64::try_from(left).unwrap_or(0));
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(MAX_SYSTEM_SLEEP)).await;
            }
        }
        .boxed()
    }
}

/// A clock for tests. It changes only when set or advanced, which wakes the sleepers whose time has come.
#[derive(Debug)]
pub struct TestClock(watch::Sender<Timestamp>);

impl TestClock {
    /// A clock set to `time`.
    #[must_use]
    pub fn at(time: Timestamp) -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(time)))
    }

    /// Sets the clock.
    pub fn set(&self, time: Timestamp) {
        self.0.send_replace(time);
    }

    /// Advances the clock.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.send_modify(|time| *time = time.plus_seconds(seconds));
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let mut time = self.0.subscribe();
        async move {
            if time.wait_for(|now| *now >= at).await.is_err() {
                // The clock was dropped and does not advance any more.
                std::future::pending::<()>().await;
            }
        }
        .boxed()
    }
}

/// A new identifier that sorts by creation time: `contact_0193a5c2...`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the only source of identifiers")]
pub fn new_id(prefix: &str) -> String {
    format!("{prefix}_{}", uuid::Uuid::now_v7().simple())
}

/// Random bytes from a cryptographic generator, seeded by the operating system.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn test_clock_that_is_moved_wakes_the_sleepers_it_has_reached() {
        let clock = TestClock::at(Timestamp::from_seconds(100));
        let early = clock.sleep(Duration::from_secs(10));
        let mut late = clock.sleep_until(Timestamp::from_seconds(200));
        clock.advance_seconds(10);
        early.await;
        assert!(late.as_mut().now_or_never().is_none(), "100 s too early");
        clock.set(Timestamp::from_seconds(200));
        late.await;
    }

    #[tokio::test]
    async fn sleep_until_the_past_completes_immediately() {
        let past = Timestamp::from_seconds(1);
        assert!(TestClock::at(past).sleep_until(past).now_or_never().is_some());
        assert!(SystemClock.sleep_until(past).now_or_never().is_some());
    }

    #[tokio::test]
    async fn system_clock_sleeps_until_its_time_is_reached() {
        let at = after(SystemClock.now(), Duration::from_millis(20));
        SystemClock.sleep_until(at).await;
        assert!(SystemClock.now() >= at);
    }
}
