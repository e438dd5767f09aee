//! The time up to which a leg's audio is final.
//!
//! A leg appends audio at its own position in time, which may be slightly behind the clock: scheduled for noon, it may
//! be woken a little later. A reader that forwards audio as it is produced (a media stream) must not read past this
//! watermark; it would send silence where speech is still to be added.

use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// No audio is added to the leg before this time. Shared between the leg and its readers.
#[derive(Debug, Clone)]
pub struct AudioWatermark(Arc<AtomicI64>);

impl AudioWatermark {
    /// A watermark at `time`.
    #[must_use]
    pub fn at(time: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(time.timestamp_micros())))
    }

    /// Moves the watermark back to `time` before the leg acts. Call it before the leg reads the clock; readers call
    /// [`AudioWatermark::limit`] after reading the clock.
    pub fn close(&self, time: DateTime<Utc>) {
        self.0.store(time.timestamp_micros(), Ordering::SeqCst);
    }

    /// Moves the watermark to the time of the leg's next scheduled action; `None` if it has none. A leg that is woken
    /// earlier continues from the clock.
    pub fn open(&self, until: Option<DateTime<Utc>>) {
        let micros = until.map_or(i64::MAX, |until| until.timestamp_micros());
        self.0.store(micros, Ordering::SeqCst);
    }

    /// The final time, given a clock reading taken before this call.
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
    fn limit_is_the_clock_or_the_next_scheduled_action() {
        let noon = DateTime::UNIX_EPOCH + TimeDelta::hours(12);
        let later = noon + TimeDelta::seconds(1);
        let watermark = AudioWatermark::at(noon);
        assert_eq!(watermark.limit(later), noon);
        watermark.open(Some(later));
        assert_eq!(watermark.limit(noon), noon);
        assert_eq!(watermark.limit(later + TimeDelta::seconds(9)), later);
        watermark.open(None);
        assert_eq!(watermark.limit(later), later);
        watermark.close(noon);
        assert_eq!(watermark.limit(later), noon);
    }
}
