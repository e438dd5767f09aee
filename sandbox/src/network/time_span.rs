//! Time spans: in the units of scripts, and rounded as Twilio reports them.

use chrono::TimeDelta;
use std::time::Duration;

/// Seconds as a time span; zero if negative or too large.
#[must_use]
pub fn seconds(seconds: f64) -> TimeDelta {
    Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|time| TimeDelta::from_std(time).ok())
        .unwrap_or_default()
}

/// Milliseconds as a time span.
#[must_use]
pub fn millis(millis: u32) -> TimeDelta {
    TimeDelta::milliseconds(i64::from(millis))
}

/// A duration as Twilio reports it: rounded to whole seconds, at least 1.
#[must_use]
pub fn whole_seconds(time: Duration) -> u64 {
    u64::try_from((time.as_millis() + 500) / 1_000)
        .unwrap_or(u64::MAX)
        .max(1)
}
