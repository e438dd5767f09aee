//! How far a leg's sound is settled.
//!
//! A leg lays sounds at its own place in time, which may lie a moment before what the clock shows: it was to speak at
//! noon, and was woken a little later. Whoever hands its sound on as it is made (a media stream) may go no further than
//! this, or would have told silence where words belong.

use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Before this time, nothing is added any more to what a leg says or plays. Shared between a leg and those who listen.
#[derive(Debug, Clone)]
pub struct Horizon(Arc<AtomicI64>);

impl Horizon {
    /// Nothing is settled after this time.
    #[must_use]
    pub fn at(time: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(time.timestamp_micros())))
    }

    /// The leg is about to act: nothing is settled after this time. It must be called before the leg looks at the clock,
    /// as [`Horizon::limit`] is asked for after that.
    pub fn close(&self, time: DateTime<Utc>) {
        self.0.store(time.timestamp_micros(), Ordering::SeqCst);
    }

    /// The leg does nothing until then, or nothing at all by itself. What wakes it earlier makes it look at the clock.
    pub fn open(&self, until: Option<DateTime<Utc>>) {
        let micros = until.map_or(i64::MAX, |until| until.timestamp_micros());
        self.0.store(micros, Ordering::SeqCst);
    }

    /// What is settled, given what the clock showed before this was asked.
    #[must_use]
    pub fn limit(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let micros = self.0.load(Ordering::SeqCst);
        DateTime::from_timestamp_micros(micros).map_or(now, |settled| settled.min(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn what_is_settled_ends_at_the_clock_or_at_the_next_thing_that_a_leg_does() {
        let noon = DateTime::UNIX_EPOCH + TimeDelta::hours(12);
        let later = noon + TimeDelta::seconds(1);
        let horizon = Horizon::at(noon);
        assert_eq!(horizon.limit(later), noon);
        horizon.open(Some(later));
        assert_eq!(horizon.limit(noon), noon);
        assert_eq!(horizon.limit(later + TimeDelta::seconds(9)), later);
        horizon.open(None);
        assert_eq!(horizon.limit(later), later);
        horizon.close(noon);
        assert_eq!(horizon.limit(later), noon);
    }
}
