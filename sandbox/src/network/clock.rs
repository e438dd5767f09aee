//! The network's time.
//!
//! The clock starts at the current time and runs `speed` times as fast as real time, so that a one-minute call takes a
//! test much less. The service itself is not accelerated: while a request is in progress in either direction, and for
//! `settle` afterwards, the clock runs in real time. A service that takes 20 ms to answer therefore takes 20 ms at any
//! speed.
//!
//! A test may stop the clock, for example while it restarts the service. Durations are computed by the legs, not here.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// The clock of one network.
#[derive(Debug)]
pub struct Clock {
    speed: f64,
    settle: Duration,
    reading: Mutex<Reading>,
    pace: watch::Sender<u64>,
}

#[derive(Debug)]
struct Reading {
    /// Network time at `mark`.
    now: DateTime<Utc>,
    mark: Instant,
    /// Number of [`RealTime`] guards.
    held: u32,
    /// Number of [`Stopped`] guards.
    stopped: u32,
    /// The clock runs in real time until this instant, with or without guards.
    slow_until: Instant,
}

/// Guard: the clock runs in real time while it exists.
#[derive(Debug)]
pub struct RealTime(Arc<Clock>);

/// Guard: the clock is stopped while it exists.
#[derive(Debug)]
pub struct Stopped(Arc<Clock>);

impl Clock {
    /// A clock that starts now. `speed` must be above zero; 1 is real time.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the sandbox simulates the outside world; its clock starts at the current time"
    )]
    pub fn new(speed: f64, settle: Duration) -> Arc<Self> {
        let mark = Instant::now();
        Arc::new(Self {
            speed,
            settle,
            reading: Mutex::new(Reading {
                now: Utc::now(),
                mark,
                held: 0,
                stopped: 0,
                slow_until: mark,
            }),
            pace: watch::Sender::new(0),
        })
    }

    /// The current network time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.read().now
    }

    /// Waits until the clock reaches `at`.
    pub async fn sleep_until(&self, at: DateTime<Utc>) {
        let mut pace = self.pace.subscribe();
        loop {
            pace.borrow_and_update();
            let wait = self.wait(&self.read(), at);
            if wait.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = pace.changed() => {}
            }
        }
    }

    /// Waits for a span of network time.
    pub async fn sleep(&self, time: TimeDelta) {
        self.sleep_until(self.now() + time).await;
    }

    /// Slows the clock to real time until the guard is dropped.
    #[must_use]
    pub fn hold(self: &Arc<Self>) -> RealTime {
        self.read().held += 1;
        // At speed 1 the pace does not change; sleepers need no wake-up.
        if (self.speed - 1.0).abs() > f64::EPSILON {
            self.changed();
        }
        RealTime(Arc::clone(self))
    }

    /// Stops the clock until the guard is dropped.
    #[must_use]
    pub fn stop(self: &Arc<Self>) -> Stopped {
        self.read().stopped += 1;
        self.changed();
        Stopped(Arc::clone(self))
    }

    fn changed(&self) {
        self.pace.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The reading, advanced to the current instant.
    fn read(&self) -> MutexGuard<'_, Reading> {
        let mut reading = self.reading.lock().expect("no panic while reading the clock");
        let now = Instant::now();
        if reading.stopped > 0 {
            reading.mark = now;
            return reading;
        }
        let passed = now.saturating_duration_since(reading.mark);
        let slow = if reading.held > 0 {
            passed
        } else {
            passed.min(reading.slow_until.saturating_duration_since(reading.mark))
        };
        let advance = slow + passed.saturating_sub(slow).mul_f64(self.speed);
        reading.now += TimeDelta::from_std(advance).unwrap_or(TimeDelta::MAX);
        reading.mark = now;
        reading
    }

    /// Real time until the clock reaches `at`, at the current pace.
    fn wait(&self, reading: &Reading, at: DateTime<Utc>) -> Duration {
        let Ok(left) = (at - reading.now).to_std() else {
            return Duration::ZERO;
        };
        if reading.stopped > 0 {
            // Dropping the `Stopped` guard wakes all sleepers.
            return if left.is_zero() { left } else { Duration::MAX };
        }
        let slow = if reading.held > 0 {
            left
        } else {
            left.min(reading.slow_until.saturating_duration_since(reading.mark))
        };
        slow + left.saturating_sub(slow).div_f64(self.speed)
    }
}

impl Drop for RealTime {
    fn drop(&mut self) {
        let mut reading = self.0.read();
        reading.held -= 1;
        if reading.held == 0 {
            reading.slow_until = Instant::now() + self.0.settle;
        }
        drop(reading);
        if (self.0.speed - 1.0).abs() > f64::EPSILON {
            self.0.changed();
        }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.0.read().stopped -= 1;
        self.0.changed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(clock: &Clock, since: DateTime<Utc>) -> TimeDelta {
        clock.now() - since
    }

    #[tokio::test(start_paused = true)]
    async fn clock_runs_at_its_speed() {
        let clock = Clock::new(60.0, Duration::ZERO);
        let (began, started) = (clock.now(), Instant::now());
        clock.sleep(TimeDelta::minutes(1)).await;
        assert!(passed(&clock, began) >= TimeDelta::minutes(1));
        assert!(started.elapsed() <= Duration::from_millis(1_002));
    }

    #[tokio::test(start_paused = true)]
    async fn clock_runs_in_real_time_during_a_request_and_while_settling() {
        let clock = Clock::new(1_000.0, Duration::from_millis(30));
        let began = clock.now();
        let held = clock.hold();
        tokio::time::advance(Duration::from_millis(200)).await;
        assert_eq!(passed(&clock, began), TimeDelta::milliseconds(200));
        drop(held);
        tokio::time::advance(Duration::from_millis(40)).await;
        assert_eq!(passed(&clock, began), TimeDelta::milliseconds(230 + 10_000));
    }

    #[tokio::test(start_paused = true)]
    async fn stopped_clock_stands_still_and_wakes_its_sleepers_later() {
        let clock = Clock::new(1.0, Duration::ZERO);
        let (began, started) = (clock.now(), Instant::now());
        let stopped = clock.stop();
        let asleep = tokio::spawn({
            let clock = Arc::clone(&clock);
            async move { clock.sleep(TimeDelta::seconds(10)).await }
        });
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert_eq!(passed(&clock, began), TimeDelta::zero());
        assert!(!asleep.is_finished());
        drop(stopped);
        asleep.await.expect("it does not panic");
        assert!(
            (70_000..70_050).contains(&started.elapsed().as_millis()),
            "{:?}",
            started.elapsed()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn sleeper_is_slowed_by_a_real_time_guard() {
        let clock = Clock::new(1_000.0, Duration::ZERO);
        let started = Instant::now();
        let asleep = tokio::spawn({
            let clock = Arc::clone(&clock);
            async move { clock.sleep(TimeDelta::seconds(10)).await }
        });
        tokio::task::yield_now().await;
        let held = clock.hold();
        tokio::time::sleep(Duration::from_secs(3)).await;
        drop(held);
        asleep.await.expect("it does not panic");
        assert!(
            (3_000..3_050).contains(&started.elapsed().as_millis()),
            "{:?}",
            started.elapsed()
        );
    }
}
