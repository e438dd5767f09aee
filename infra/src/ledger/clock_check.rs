//! Whether the machine's clock can be right: compared with the last event of the log, and with the monotonic clock.
//!
//! The time of an event never falls. With a clock that is behind, new events get the time of the last one until the clock
//! has passed it; with a clock that is ahead, that happens when it is set right.

use super::Ledger;
use crate::clock::SharedClock;
use crate::health::Severity;
use domain::Timestamp;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

/// How far the clock may be behind the last event, and how far it may leave the monotonic clock.
const MAX_DEVIATION: Duration = Duration::from_mins(5);
/// A service that was off for longer is unusual; a clock that is years ahead is not.
const MAX_PAUSE: Duration = Duration::from_hours(30 * 24);
/// Time between two comparisons.
const WATCH_INTERVAL: Duration = Duration::from_secs(10);
/// The part of [`crate::health::Health`] that this module reports.
const PART: &str = "clock";

/// The clock is behind the last event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the clock of this machine ({now}) is {} minutes behind the last event of the ledger ({last_event}): set the clock right, or start with --accept-clock. New events then get the time of the last one until the clock has passed it",
    (last_event.as_micros() - now.as_micros()) / 60_000_000
)]
pub struct ClockBehind {
    pub now: Timestamp,
    pub last_event: Timestamp,
}

/// Compares the clock with the last event of the log at a start.
///
/// # Errors
/// When the clock is more than five minutes behind it.
pub fn check_start(now: Timestamp, last_event: Timestamp) -> Result<(), ClockBehind> {
    if last_event.as_micros() == 0 {
        return Ok(());
    }
    let ahead = now.as_micros() - last_event.as_micros();
    if ahead < -micros(MAX_DEVIATION) {
        return Err(ClockBehind { now, last_event });
    }
    if ahead > micros(MAX_PAUSE) {
        tracing::error!(
            %now, %last_event,
            "the clock is more than thirty days after the last event of the ledger: if it is wrong, stop the service and set \
             it right, because later events cannot have an earlier time"
        );
    }
    Ok(())
}

/// Compares the clock with the last event and with the monotonic clock until the result is dropped, and reports a
/// deviation in the health of the process.
pub fn watch(ledger: Ledger, clock: SharedClock) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(spawn(ledger, clock))
}

fn spawn(ledger: Ledger, clock: SharedClock) -> JoinHandle<()> {
    tokio::spawn(async move {
        let (began, began_at) = (Instant::now(), clock.now());
        loop {
            tokio::time::sleep(WATCH_INTERVAL).await;
            let now = clock.now();
            let last_event = ledger.last_recorded_at().await.unwrap_or_default();
            match deviation(began_at, began.elapsed(), now, last_event) {
                Some(cause) => ledger.health().failing(PART, Severity::Degraded, cause),
                None => ledger.health().works(PART),
            }
        }
    })
}

/// What is wrong with a clock that showed `began_at` and, after `elapsed`, `now`.
fn deviation(began_at: Timestamp, elapsed: Duration, now: Timestamp, last_event: Timestamp) -> Option<String> {
    let expected = began_at.as_micros().saturating_add(micros(elapsed));
    let jumped = now.as_micros() - expected;
    if jumped.abs() > micros(MAX_DEVIATION) {
        let (minutes, way) = (jumped.abs() / 60_000_000, if jumped > 0 { "forward" } else { "back" });
        return Some(format!(
            "the clock was set {way} by {minutes} minutes while the process ran"
        ));
    }
    let behind = last_event.as_micros() - now.as_micros();
    (behind > micros(MAX_DEVIATION)).then(|| {
        let minutes = behind / 60_000_000;
        format!("the clock is {minutes} minutes behind the last event, whose time new events get until then")
    })
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds)
    }

    #[test]
    fn clock_behind_the_last_event_is_refused_at_a_start_and_a_later_one_is_not() {
        for (seconds, is_refused) in [
            (-HOUR, true),
            (-301, true),
            (-299, false),
            (0, false),
            (87_600 * HOUR, false),
        ] {
            let checked = check_start(at(seconds), at(0));
            assert_eq!(checked.is_err(), is_refused, "{seconds}");
        }
        assert_eq!(check_start(at(0), Timestamp::default()), Ok(()), "an empty log");
        let refused = check_start(at(-HOUR), at(0)).expect_err("refused").to_string();
        assert!(
            refused.contains("60 minutes behind") && refused.contains("--accept-clock"),
            "{refused}"
        );
    }

    #[test]
    fn jump_of_a_running_clock_is_reported_either_way() {
        let minute = Duration::from_mins(1);
        assert_eq!(deviation(at(0), minute, at(61), at(50)), None);
        let ahead = deviation(at(0), minute, at(HOUR), at(50)).expect("a jump");
        assert!(ahead.contains("forward by 59 minutes"), "{ahead}");
        let back = deviation(at(0), minute, at(-HOUR), at(50)).expect("a jump");
        assert!(back.contains("back by 61 minutes"), "{back}");
        let behind = deviation(at(0), minute, at(60), at(2 * HOUR)).expect("behind");
        assert!(behind.contains("119 minutes behind the last event"), "{behind}");
    }
}
