//! Time, identifiers and random bytes: the only module that creates them.
//!
//! Other code takes them as arguments, so that decisions can be replayed and tests can set the clock.

use domain::Timestamp;
use rand::RngCore;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A source of the current time.
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Timestamp;
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
}

/// A clock for tests. It changes only when set or advanced.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock set to `time`.
    #[must_use]
    pub fn at(time: Timestamp) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(time.as_micros())))
    }

    /// Sets the clock.
    pub fn set(&self, time: Timestamp) {
        self.0.store(time.as_micros(), Ordering::SeqCst);
    }

    /// Advances the clock.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
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
