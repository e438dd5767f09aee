//! The network's time.
//!
//! The clock starts at the current time and runs `speed` times as fast as real time, so that a one-minute call takes a
//! test much less. The service itself is not accelerated: while a request is in progress in either direction, and for
//! `settle` afterwards, the clock runs in real time. A service that takes 20 ms to answer therefore takes 20 ms at any
//! speed.
//!
//! A test may stop the clock, for example while it restarts the service. Durations are computed by the legs, not here.
//!
//! The service can follow this clock: see [`super::control`]. Each change of the pace has a revision. A [`Follower`]
//! acknowledges a revision with the latest time that it has returned, and the clock moves up to that time, so that
//! neither of them runs backwards. Before a request, the network waits until every follower has acknowledged the
//! slowdown ([`Clock::agreed`]); the service then handles the request at the network's time.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Serialize, Serializer};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// Maximum time to wait for the acknowledgments of the followers.
const AGREEMENT_TIMEOUT: Duration = Duration::from_millis(250);

/// The clock of one network.
#[derive(Debug)]
pub struct Clock {
    settle: Duration,
    reading: Mutex<Reading>,
    /// The revision: counts the changes of the pace.
    pace: watch::Sender<u64>,
    /// The last revision that each follower has acknowledged, by number.
    followers: Mutex<HashMap<u64, u64>>,
    /// Counts acknowledgments, and followers that went away.
    acknowledgments: watch::Sender<u64>,
}

#[derive(Debug)]
struct Reading {
    /// Clock speed relative to real time.
    speed: f64,
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

/// The clock as another process needs it to follow: network time as a function of real time.
#[derive(Clone, Debug, Serialize)]
pub struct PaceReading {
    pub revision: u64,
    #[serde(serialize_with = "rfc3339_micros")]
    pub now: DateTime<Utc>,
    /// Network time per real time: 0 while stopped, 1 during requests and while settling, otherwise `speed`.
    pub rate: f64,
    pub stopped: bool,
    pub speed: f64,
    /// Real time after which the rate becomes `speed`, in microseconds. Absent if no change is known in advance.
    pub changes_in_us: Option<u64>,
    /// When the reading was taken, by the machine's clock, in epoch microseconds.
    pub read_at_us: i64,
}

/// Another process that follows the clock.
#[derive(Debug)]
pub struct Follower {
    clock: Arc<Clock>,
    number: u64,
    pace: watch::Receiver<u64>,
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
            settle,
            reading: Mutex::new(Reading {
                speed,
                now: Utc::now(),
                mark,
                held: 0,
                stopped: 0,
                slow_until: mark,
            }),
            pace: watch::Sender::new(0),
            followers: Mutex::default(),
            acknowledgments: watch::Sender::new(0),
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
            let wait = self.read().wait(at);
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
        let mut reading = self.read();
        reading.held += 1;
        let is_accelerated = reading.is_accelerated();
        drop(reading);
        if is_accelerated {
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

    /// Sets the speed relative to real time, which must be above zero.
    pub fn set_speed(&self, speed: f64) {
        self.read().speed = speed;
        self.changed();
    }

    /// Moves the clock forward, also while it is stopped. What was due in between happens at once.
    pub fn advance(&self, span: Duration) {
        let mut reading = self.read();
        let to = TimeDelta::from_std(span)
            .ok()
            .and_then(|span| reading.now.checked_add_signed(span));
        reading.now = to.unwrap_or(reading.now);
        drop(reading);
        self.changed();
    }

    /// Moves the clock up to `at`. Has no effect if it has passed it.
    pub fn raise_to(&self, at: DateTime<Utc>) {
        let mut reading = self.read();
        let is_behind = reading.now < at;
        reading.now = reading.now.max(at);
        drop(reading);
        if is_behind {
            self.changed();
        }
    }

    /// The clock as another process needs it to follow.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the machine's clock shows the follower how long the reading was on its way"
    )]
    pub fn pace(&self) -> PaceReading {
        // Read first: a change in between is sent again with the next revision.
        let revision = *self.pace.borrow();
        let reading = self.read();
        let settling = reading.slow_until.saturating_duration_since(reading.mark);
        let (rate, changes_in) = match (reading.stopped, reading.held) {
            (0, 0) if settling.is_zero() => (reading.speed, None),
            (0, 0) => (1.0, Some(settling)),
            (0, _) => (1.0, None),
            _ => (0.0, None),
        };
        PaceReading {
            revision,
            now: reading.now,
            rate,
            stopped: reading.stopped > 0,
            speed: reading.speed,
            changes_in_us: changes_in.map(|wait| u64::try_from(wait.as_micros()).unwrap_or(u64::MAX)),
            read_at_us: Utc::now().timestamp_micros(),
        }
    }

    /// Waits until the revision of the pace is above `revision`, or for the timeout.
    pub async fn changed_since(&self, revision: u64, limit: Duration) {
        let mut pace = self.pace.subscribe();
        // At the timeout the caller answers with the current reading, too.
        let _ = timeout(limit, async {
            pace.wait_for(|current| *current > revision).await.is_ok()
        })
        .await;
    }

    /// Registers a follower. It is removed when it is dropped.
    #[must_use]
    pub fn follow(self: &Arc<Self>) -> Follower {
        let mut followers = self.followers();
        let number = followers.keys().max().map_or(0, |last| last + 1);
        followers.insert(number, 0);
        Follower {
            clock: Arc::clone(self),
            number,
            pace: self.pace.subscribe(),
        }
    }

    /// Waits until every follower has acknowledged the current pace. A follower that does not answer delays the network
    /// by [`AGREEMENT_TIMEOUT`] at most.
    pub async fn agreed(&self) {
        let revision = *self.pace.borrow();
        let mut acknowledgments = self.acknowledgments.subscribe();
        let all = async {
            let have_all = |_: &u64| self.followers().values().all(|acknowledged| *acknowledged >= revision);
            acknowledgments.wait_for(have_all).await.is_ok()
        };
        if timeout(AGREEMENT_TIMEOUT, all).await.is_err() {
            tracing::warn!(revision, "a follower of the clock did not acknowledge the pace in time");
        }
    }

    fn followers(&self) -> MutexGuard<'_, HashMap<u64, u64>> {
        self.followers.lock().expect("no panic while holding the followers")
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
        let advance = slow + passed.saturating_sub(slow).mul_f64(reading.speed);
        reading.now += TimeDelta::from_std(advance).unwrap_or(TimeDelta::MAX);
        reading.mark = now;
        reading
    }
}

impl Reading {
    /// Real time until the clock reaches `at`, at the current pace.
    fn wait(&self, at: DateTime<Utc>) -> Duration {
        let Ok(left) = (at - self.now).to_std() else {
            return Duration::ZERO;
        };
        if self.stopped > 0 {
            // Dropping the `Stopped` guard wakes all sleepers.
            return if left.is_zero() { left } else { Duration::MAX };
        }
        let slow = if self.held > 0 {
            left
        } else {
            left.min(self.slow_until.saturating_duration_since(self.mark))
        };
        slow + left.saturating_sub(slow).div_f64(self.speed)
    }

    /// Whether the pace changes with [`RealTime`] guards: at speed 1 it does not, and sleepers need no wake-up.
    fn is_accelerated(&self) -> bool {
        (self.speed - 1.0).abs() > f64::EPSILON
    }
}

impl Follower {
    /// Waits for a change of the pace. Returns `false` when there will be none.
    pub async fn changed(&mut self) -> bool {
        self.pace.changed().await.is_ok()
    }

    /// The current pace.
    pub fn pace(&mut self) -> PaceReading {
        self.pace.borrow_and_update();
        self.clock.pace()
    }

    /// Records that this follower keeps the pace of `revision`, and moves the clock up to the latest time that it has
    /// returned.
    pub fn acknowledge(&self, revision: u64, latest: DateTime<Utc>) {
        self.clock.raise_to(latest);
        if let Some(acknowledged) = self.clock.followers().get_mut(&self.number) {
            *acknowledged = revision.max(*acknowledged);
        }
        self.clock
            .acknowledgments
            .send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.clock.followers().remove(&self.number);
        self.clock
            .acknowledgments
            .send_modify(|count| *count = count.wrapping_add(1));
    }
}

fn rfc3339_micros<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

impl Drop for RealTime {
    fn drop(&mut self) {
        let mut reading = self.0.read();
        reading.held -= 1;
        if reading.held == 0 {
            reading.slow_until = Instant::now() + self.0.settle;
        }
        let is_accelerated = reading.is_accelerated();
        drop(reading);
        if is_accelerated {
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
    #[tokio::test(start_paused = true)]
    async fn changed_speed_and_advance_wake_the_sleepers() {
        let clock = Clock::new(1.0, Duration::ZERO);
        let started = Instant::now();
        let asleep = tokio::spawn({
            let clock = Arc::clone(&clock);
            async move { clock.sleep(TimeDelta::hours(2)).await }
        });
        tokio::task::yield_now().await;
        clock.set_speed(3_600.0);
        tokio::time::sleep(Duration::from_millis(900)).await;
        assert!(!asleep.is_finished());
        clock.advance(Duration::from_hours(1));
        asleep.await.expect("it does not panic");
        assert!(
            (1_000..1_010).contains(&started.elapsed().as_millis()),
            "{:?}",
            started.elapsed()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn pace_states_the_rate_and_its_next_change() {
        let clock = Clock::new(10.0, Duration::from_millis(30));
        let stated = |pace: PaceReading| (pace.rate, pace.stopped, pace.changes_in_us);
        assert_eq!(stated(clock.pace()), (10.0, false, None));
        let held = clock.hold();
        assert_eq!(stated(clock.pace()), (1.0, false, None));
        drop(held);
        assert_eq!(stated(clock.pace()), (1.0, false, Some(30_000)));
        let stopped = clock.stop();
        assert_eq!(stated(clock.pace()), (0.0, true, None));
        drop(stopped);
        tokio::time::advance(Duration::from_millis(30)).await;
        assert_eq!(stated(clock.pace()), (10.0, false, None));
        assert_eq!(clock.pace().revision, 4);
    }

    #[tokio::test(start_paused = true)]
    async fn network_waits_for_its_followers_and_moves_up_to_their_time() {
        let clock = Clock::new(10.0, Duration::ZERO);
        clock.agreed().await;
        let mut follower = clock.follow();
        let held = clock.hold();
        assert!(follower.changed().await);
        let pace = follower.pace();
        let agreed = tokio::spawn({
            let clock = Arc::clone(&clock);
            async move { clock.agreed().await }
        });
        tokio::task::yield_now().await;
        assert!(!agreed.is_finished(), "the follower has not acknowledged");
        let ahead = pace.now + TimeDelta::milliseconds(40);
        follower.acknowledge(pace.revision, ahead);
        agreed.await.expect("it does not panic");
        assert_eq!(clock.now(), ahead);

        // Moving up is a change, too. A follower that does not answer, or is gone, does not block the network.
        let started = Instant::now();
        clock.agreed().await;
        assert!(
            (250..260).contains(&started.elapsed().as_millis()),
            "{:?}",
            started.elapsed()
        );
        drop(follower);
        clock.agreed().await;
        drop(held);
    }
}
