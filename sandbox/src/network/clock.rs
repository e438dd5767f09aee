//! The network's own time.
//!
//! It runs `speed` times as fast as the world's, so that a call of a minute takes a test much less. What the service does
//! is not sped up with it: while a request is under way in either direction, and for a moment after (`settle`), the clock
//! runs as the world does. So a service that needs 20 ms to answer has needed 20 ms, at any speed.
//!
//! Whoever tests a service may stop it, while the service is started anew. It begins at the world's time. Nothing here decides how long something takes; a leg computes that and waits here.

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
    hands: Mutex<Hands>,
    pace: watch::Sender<u64>,
}

#[derive(Debug)]
struct Hands {
    /// The time told at `mark`.
    told: DateTime<Utc>,
    mark: Instant,
    /// Requests under way.
    held: u32,
    /// Those who stopped it.
    stopped: u32,
    /// Until then it runs as the world does, held or not.
    slow_until: Instant,
}

/// While it lives, the clock runs as the world does.
#[derive(Debug)]
pub struct Held(Arc<Clock>);

/// While it lives, the clock stands still.
#[derive(Debug)]
pub struct Stopped(Arc<Clock>);

impl Clock {
    /// A clock that starts now. `speed` is above zero; 1 is real time.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the sandbox is the outside world: its time begins with the world's"
    )]
    pub fn new(speed: f64, settle: Duration) -> Arc<Self> {
        let mark = Instant::now();
        Arc::new(Self {
            speed,
            settle,
            hands: Mutex::new(Hands {
                told: Utc::now(),
                mark,
                held: 0,
                stopped: 0,
                slow_until: mark,
            }),
            pace: watch::Sender::new(0),
        })
    }

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.read().told
    }

    /// Returns once it shows this time.
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

    /// Returns after so much of its time.
    pub async fn sleep(&self, time: TimeDelta) {
        self.sleep_until(self.now() + time).await;
    }

    /// Slows it down to the world's pace, until what is returned is dropped.
    #[must_use]
    pub fn hold(self: &Arc<Self>) -> Held {
        self.read().held += 1;
        // Nobody needs to be told of a pace that stays the same.
        if (self.speed - 1.0).abs() > f64::EPSILON {
            self.changed();
        }
        Held(Arc::clone(self))
    }

    /// Stops it, until what is returned is dropped: nothing in the network goes on by itself.
    #[must_use]
    pub fn stop(self: &Arc<Self>) -> Stopped {
        self.read().stopped += 1;
        self.changed();
        Stopped(Arc::clone(self))
    }

    fn changed(&self) {
        self.pace.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The hands, moved to where they are now.
    fn read(&self) -> MutexGuard<'_, Hands> {
        let mut hands = self.hands.lock().expect("nothing panics while it reads the clock");
        let now = Instant::now();
        if hands.stopped > 0 {
            hands.mark = now;
            return hands;
        }
        let passed = now.saturating_duration_since(hands.mark);
        let slow = if hands.held > 0 {
            passed
        } else {
            passed.min(hands.slow_until.saturating_duration_since(hands.mark))
        };
        let told = slow + passed.saturating_sub(slow).mul_f64(self.speed);
        hands.told += TimeDelta::from_std(told).unwrap_or(TimeDelta::MAX);
        hands.mark = now;
        hands
    }

    /// How long the world has to wait for this time, at the present pace.
    fn wait(&self, hands: &Hands, at: DateTime<Utc>) -> Duration {
        let Ok(left) = (at - hands.told).to_std() else {
            return Duration::ZERO;
        };
        if hands.stopped > 0 {
            // Whoever lets it run again wakes everybody.
            return if left.is_zero() { left } else { Duration::MAX };
        }
        let slow = if hands.held > 0 {
            left
        } else {
            left.min(hands.slow_until.saturating_duration_since(hands.mark))
        };
        slow + left.saturating_sub(slow).div_f64(self.speed)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut hands = self.0.read();
        hands.held -= 1;
        if hands.held == 0 {
            hands.slow_until = Instant::now() + self.0.settle;
        }
        drop(hands);
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
    async fn it_runs_as_fast_as_it_was_told_to() {
        let clock = Clock::new(60.0, Duration::ZERO);
        let (began, world) = (clock.now(), Instant::now());
        clock.sleep(TimeDelta::minutes(1)).await;
        assert!(passed(&clock, began) >= TimeDelta::minutes(1));
        assert!(world.elapsed() <= Duration::from_millis(1_002));
    }

    #[tokio::test(start_paused = true)]
    async fn it_runs_as_the_world_does_while_a_request_is_under_way_and_a_moment_after() {
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
    async fn it_stands_still_while_somebody_stopped_it_and_wakes_who_slept_through_it() {
        let clock = Clock::new(1.0, Duration::ZERO);
        let (began, world) = (clock.now(), Instant::now());
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
            (70_000..70_050).contains(&world.elapsed().as_millis()),
            "{:?}",
            world.elapsed()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn who_sleeps_is_slowed_down_too() {
        let clock = Clock::new(1_000.0, Duration::ZERO);
        let world = Instant::now();
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
            (3_000..3_050).contains(&world.elapsed().as_millis()),
            "{:?}",
            world.elapsed()
        );
    }
}
