//! [`SandboxClock`]: follows the virtual clock of the sandbox, which runs in another process.
//!
//! The sandbox sends a reading at every change of its clock's pace, over a WebSocket at `/sandbox/clock/follow`. A
//! reading is a piecewise linear function of real time, so between two readings no message is needed. The time at which
//! it was taken is in it, by the clock of the machine that both processes run on; the delay of the message therefore
//! shifts nothing.
//!
//! While a message that slows the clock is on its way, this clock runs ahead. It answers each reading with the latest
//! time that it has returned, and the sandbox moves its own clock up to that: neither of them ever runs backwards, and
//! both agree again after one round trip.

use super::{Clock, SystemClock};
use domain::Timestamp;
use domain::ledger::LedgerClock;
use futures::future::BoxFuture;
use futures::{FutureExt as _, SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use url::Url;

/// Timeout for the connection and the first reading.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Delay before a lost connection is opened again.
const RECONNECT_DELAY: Duration = Duration::from_millis(100);
/// A message older than this was not delayed: the two processes do not share a machine clock, or it was set.
const MAX_MESSAGE_AGE: Duration = Duration::from_secs(1);
/// Longest sleep between two looks at the clock.
const MAX_SLEEP: Duration = Duration::from_hours(1);

/// Why the sandbox's clock cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum SandboxClockError {
    #[error("{0} is not an http address")]
    Address(String),
    #[error("no sandbox serves its clock at {0}")]
    Unreachable(String, #[source] Box<tungstenite::Error>),
    #[error("{0} did not serve its clock in time")]
    Timeout(String),
    #[error("the clock at {0} is malformed")]
    Malformed(String),
}

/// The clock of the sandbox. It stops and changes its speed with it, and runs in real time while the sandbox is
/// unreachable. It never runs backwards.
#[derive(Debug)]
pub struct SandboxClock {
    shared: Arc<Shared>,
    follower: AbortHandle,
}

#[derive(Debug)]
struct Shared {
    pace: watch::Sender<Pace>,
    /// The latest time returned, in epoch microseconds.
    latest: AtomicI64,
    /// Wakes the follower to send the latest time to the sandbox.
    raised: Notify,
}

/// The clock as a function of real time: `base` at `since`, then at `rate`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pace {
    since: Instant,
    base: Timestamp,
    /// Virtual time per real time; 0 while stopped.
    rate: f64,
    /// A change of the rate that is known in advance: real time after `since`, and the rate from then on.
    next: Option<(Duration, f64)>,
}

/// A message of the sandbox.
#[derive(Debug, Deserialize)]
struct Reading {
    /// Counts the changes of the pace.
    revision: u64,
    /// RFC 3339.
    now: String,
    rate: f64,
    /// The rate after `changes_in_us` microseconds of real time.
    speed: f64,
    changes_in_us: Option<u64>,
    /// When the reading was taken, by the machine's clock, in epoch microseconds.
    read_at_us: i64,
}

/// The answer to a reading.
#[derive(Debug, Serialize)]
struct Acknowledgment {
    revision: u64,
    /// The latest time returned; RFC 3339. The sandbox moves its clock up to it.
    now: String,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Pace {
    /// Real time from `base` on.
    const fn real_time(base: Timestamp, since: Instant) -> Self {
        Self {
            since,
            base,
            rate: 1.0,
            next: None,
        }
    }

    /// The pace that a reading states, which arrived `age` after it was taken. `None` if the reading is malformed.
    fn of(reading: &Reading, arrived: Instant, age: Duration) -> Option<Self> {
        let is_rate = |rate: f64| rate.is_finite() && rate >= 0.0;
        if !is_rate(reading.rate) || !is_rate(reading.speed) {
            return None;
        }
        let next = reading.changes_in_us.map(Duration::from_micros);
        Some(Self {
            since: arrived.checked_sub(age).unwrap_or(arrived),
            base: Timestamp::parse_rfc3339(&reading.now)?,
            rate: reading.rate,
            next: next.map(|after| (after, reading.speed)),
        })
    }

    fn at(&self, instant: Instant) -> Timestamp {
        let elapsed = instant.saturating_duration_since(self.since);
        let (before, after) = match self.next {
            Some((change, _)) => (elapsed.min(change), elapsed.saturating_sub(change)),
            None => (elapsed, Duration::ZERO),
        };
        let rate_after = self.next.map_or(0.0, |(_, rate)| rate);
        let base = super::after(self.base, scaled(before, self.rate));
        super::after(base, scaled(after, rate_after))
    }

    /// Real time until the clock reaches `at`. `None` if it does not at this pace.
    fn until(&self, at: Timestamp, instant: Instant) -> Option<Duration> {
        let span = |from: Timestamp| Duration::from_micros(u64::try_from(at.0.saturating_sub(from.0)).unwrap_or(0));
        let elapsed = instant.saturating_duration_since(self.since);
        let left = span(self.base);
        let direct = divided(left, self.rate);
        let reached = match (self.next, direct) {
            (None, direct) => direct?,
            (Some((change, _)), Some(direct)) if direct <= change => direct,
            (Some((change, rate)), _) => {
                let left = span(super::after(self.base, scaled(change, self.rate)));
                change.saturating_add(divided(left, rate)?)
            }
        };
        Some(reached.saturating_sub(elapsed))
    }
}

fn scaled(span: Duration, rate: f64) -> Duration {
    Duration::try_from_secs_f64(span.as_secs_f64() * rate).unwrap_or(Duration::MAX)
}

/// `None` at rate 0, unless the span is empty.
fn divided(span: Duration, rate: f64) -> Option<Duration> {
    if span.is_zero() {
        return Some(span);
    }
    (rate > 0.0).then(|| Duration::try_from_secs_f64(span.as_secs_f64() / rate).unwrap_or(Duration::MAX))
}

impl Shared {
    fn starting_at(pace: Pace) -> Self {
        Self {
            latest: AtomicI64::new(pace.base.as_micros()),
            pace: watch::Sender::new(pace),
            raised: Notify::new(),
        }
    }

    fn now_at(&self, instant: Instant) -> Timestamp {
        let now = self.pace.borrow().at(instant).as_micros();
        // Clamped: after a slowdown that arrived late, the clock stands still until the sandbox has caught up.
        Timestamp(self.latest.fetch_max(now, Ordering::SeqCst).max(now))
    }

    /// Changes the pace by a reading. A malformed one is ignored.
    fn apply(&self, reading: &Reading, arrived: Instant, age: Duration) {
        if let Some(pace) = Pace::of(reading, arrived, age) {
            // What was returned until now stays the lower bound.
            self.now_at(arrived);
            self.pace.send_replace(pace);
        } else {
            tracing::warn!(
                revision = reading.revision,
                "malformed reading of the sandbox's clock ignored"
            );
        }
    }

    async fn sleep_until(self: Arc<Self>, at: Timestamp) {
        let mut pace = self.pace.subscribe();
        loop {
            let current = *pace.borrow_and_update();
            let now = Instant::now();
            if self.now_at(now) >= at {
                return;
            }
            let wait = current.until(at, now).unwrap_or(MAX_SLEEP).min(MAX_SLEEP);
            tokio::select! {
                () = sleep(wait) => {}
                changed = pace.changed() => if changed.is_err() { return },
            }
        }
    }
}

impl SandboxClock {
    /// Follows the clock of the sandbox at this base URL.
    ///
    /// # Errors
    /// When no sandbox serves its clock there.
    pub async fn follow(base: &str) -> Result<Arc<Self>, SandboxClockError> {
        let url = socket_url(base).ok_or_else(|| SandboxClockError::Address(base.to_owned()))?;
        let connected = async {
            let mut socket = connect(&url).await?;
            let first = next_reading(&mut socket).await?;
            Ok::<_, tungstenite::Error>((socket, first))
        };
        let (socket, first) = timeout(CONNECT_TIMEOUT, connected)
            .await
            .map_err(|_| SandboxClockError::Timeout(base.to_owned()))?
            .map_err(|error| SandboxClockError::Unreachable(base.to_owned(), Box::new(error)))?;
        let arrived = Instant::now();
        let pace =
            Pace::of(&first, arrived, age(&first)).ok_or_else(|| SandboxClockError::Malformed(base.to_owned()))?;
        let shared = Arc::new(Shared::starting_at(pace));
        let follower = tokio::spawn(run(Arc::clone(&shared), url, socket, first.revision)).abort_handle();
        Ok(Arc::new(Self { shared, follower }))
    }

    /// Moves this clock, and then the sandbox's, up to `at`. Has no effect if they have passed it.
    pub fn raise_to(&self, at: Timestamp) {
        self.shared.latest.fetch_max(at.as_micros(), Ordering::SeqCst);
        self.shared.raised.notify_one();
    }
}

impl Clock for SandboxClock {
    fn now(&self) -> Timestamp {
        self.shared.now_at(Instant::now())
    }

    fn kind(&self) -> LedgerClock {
        LedgerClock::Sandbox
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        Arc::clone(&self.shared).sleep_until(at).boxed()
    }
}

impl Drop for SandboxClock {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

fn socket_url(base: &str) -> Option<String> {
    let mut url = Url::parse(base).ok()?;
    let scheme = match url.scheme() {
        "http" => "ws",
        "https" => "wss",
        _ => return None,
    };
    url.set_scheme(scheme).ok()?;
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(["sandbox", "clock", "follow"]);
    Some(url.into())
}

async fn connect(url: &str) -> Result<Socket, tungstenite::Error> {
    // Without Nagle's algorithm: an acknowledgment must not wait.
    let (socket, _) = connect_async_with_config(url, None, true).await?;
    Ok(socket)
}

/// The next message that is a reading.
async fn next_reading(socket: &mut Socket) -> Result<Reading, tungstenite::Error> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => {
                if let Ok(reading) = serde_json::from_str(&text) {
                    return Ok(reading);
                }
                tracing::warn!("unreadable message of the sandbox's clock ignored");
            }
            Some(Ok(Message::Close(_))) | None => return Err(tungstenite::Error::ConnectionClosed),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error),
        }
    }
}

/// Time since a reading was taken.
fn age(reading: &Reading) -> Duration {
    let age = SystemClock.now().as_micros().saturating_sub(reading.read_at_us);
    let age = Duration::from_micros(u64::try_from(age).unwrap_or(0));
    if age > MAX_MESSAGE_AGE { Duration::ZERO } else { age }
}

/// Applies and acknowledges readings until it is aborted.
async fn run(shared: Arc<Shared>, url: String, mut socket: Socket, mut revision: u64) {
    loop {
        if let Err(error) = exchange(&shared, &mut socket, revision).await {
            tracing::warn!(%error, "sandbox's clock lost, continuing in real time");
        }
        let now = Instant::now();
        let real_time = Pace::real_time(shared.now_at(now), now);
        shared.pace.send_replace(real_time);
        (socket, revision) = loop {
            sleep(RECONNECT_DELAY).await;
            let connected = async {
                let mut socket = connect(&url).await?;
                let reading = next_reading(&mut socket).await?;
                Ok::<_, tungstenite::Error>((socket, reading))
            };
            if let Ok(Ok((socket, reading))) = timeout(CONNECT_TIMEOUT, connected).await {
                shared.apply(&reading, Instant::now(), age(&reading));
                tracing::info!("sandbox's clock found again");
                break (socket, reading.revision);
            }
        };
    }
}

/// Acknowledges `revision` and all later readings, until the connection breaks.
async fn exchange(shared: &Shared, socket: &mut Socket, mut revision: u64) -> Result<(), tungstenite::Error> {
    loop {
        let acknowledgment = Acknowledgment {
            revision,
            now: shared.now_at(Instant::now()).to_rfc3339(),
        };
        let text = serde_json::to_string(&acknowledgment).map_err(|error| tungstenite::Error::Io(error.into()))?;
        socket.send(Message::text(text)).await?;
        tokio::select! {
            reading = next_reading(socket) => {
                let reading = reading?;
                shared.apply(&reading, Instant::now(), age(&reading));
                revision = reading.revision;
            }
            () = shared.raised.notified() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use tokio::net::TcpListener;

    const START: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn reading(now: Timestamp, rate: f64) -> Reading {
        Reading {
            revision: 1,
            now: now.to_rfc3339(),
            rate,
            speed: 10.0,
            changes_in_us: None,
            read_at_us: 0,
        }
    }

    fn shared() -> Arc<Shared> {
        Arc::new(Shared::starting_at(Pace::real_time(START, Instant::now())))
    }

    fn since_start(time: Timestamp) -> i64 {
        time.as_micros() - START.as_micros()
    }

    #[tokio::test(start_paused = true)]
    async fn pace_changes_where_the_reading_says() {
        let mut stated = reading(START, 1.0);
        stated.changes_in_us = Some(20_000);
        let now = Instant::now();
        let pace = Pace::of(&stated, now, Duration::ZERO).expect("a pace");
        let after_30_ms = now + Duration::from_millis(30);
        assert_eq!(since_start(pace.at(after_30_ms)), 20_000 + 100_000);
        let goal = Timestamp(START.as_micros() + 220_000);
        assert_eq!(pace.until(goal, now), Some(Duration::from_millis(40)));
        assert_eq!(pace.until(goal, after_30_ms), Some(Duration::from_millis(10)));
    }

    #[tokio::test(start_paused = true)]
    async fn delay_of_a_message_does_not_shift_the_clock() {
        let now = Instant::now();
        let pace = Pace::of(&reading(START, 10.0), now, Duration::from_millis(5)).expect("a pace");
        assert_eq!(since_start(pace.at(now)), 50_000);
    }

    #[tokio::test(start_paused = true)]
    async fn slowdown_that_arrives_late_holds_the_clock_until_the_sandbox_has_caught_up() {
        let shared = shared();
        let start = Instant::now();
        shared.apply(&reading(START, 10.0), start, Duration::ZERO);
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(since_start(shared.now_at(at(10))), 100_000);
        // The sandbox slowed down after 4 ms, at 40 ms of virtual time.
        shared.apply(
            &reading(super::super::after(START, Duration::from_millis(40)), 1.0),
            at(10),
            Duration::from_millis(6),
        );
        assert_eq!(since_start(shared.now_at(at(20))), 100_000, "it stands still");
        assert_eq!(since_start(shared.now_at(at(74))), 110_000, "it has been passed");
    }

    #[tokio::test(start_paused = true)]
    async fn sleeper_follows_a_change_of_the_rate_a_stop_and_a_jump() {
        let shared = shared();
        let (began, hour) = (Instant::now(), super::super::after(START, Duration::from_hours(1)));
        let asleep = tokio::spawn(Arc::clone(&shared).sleep_until(hour));
        tokio::time::sleep(Duration::from_secs(1)).await;
        shared.apply(
            &reading(shared.now_at(Instant::now()), 0.0),
            Instant::now(),
            Duration::ZERO,
        );
        tokio::time::sleep(Duration::from_hours(3)).await;
        assert!(!asleep.is_finished(), "the clock is stopped");
        shared.apply(
            &reading(shared.now_at(Instant::now()), 3_599.0),
            Instant::now(),
            Duration::ZERO,
        );
        asleep.await.expect("it does not panic");
        let took = began.elapsed().saturating_sub(Duration::from_hours(3));
        assert!((2_000..2_010).contains(&took.as_millis()), "{took:?}");

        let asleep = tokio::spawn(Arc::clone(&shared).sleep_until(super::super::after(hour, Duration::from_hours(1))));
        tokio::task::yield_now().await;
        shared.apply(
            &reading(super::super::after(hour, Duration::from_hours(2)), 0.0),
            Instant::now(),
            Duration::ZERO,
        );
        asleep.await.expect("it does not panic");
    }

    proptest! {
        /// In any order of readings, right or wrong, delayed or not, and of looks at the clock.
        #[test]
        fn clock_never_runs_backwards(
            steps in prop::collection::vec(
                (0_u64..50_000, -2_000_000_i64..2_000_000, 0.0_f64..1_000.0, prop::option::of(0_u64..50_000), 0_u64..20_000, any::<bool>()),
                1..60,
            )
        ) {
            let shared = Shared::starting_at(Pace::real_time(START, Instant::now()));
            let mut instant = Instant::now();
            let mut before = shared.now_at(instant);
            for (passed_us, offset_us, rate, changes_in_us, age_us, is_stopped) in steps {
                instant += Duration::from_micros(passed_us);
                let now = shared.now_at(instant);
                prop_assert!(now >= before);
                before = now;
                let reading = Reading {
                    changes_in_us,
                    ..reading(Timestamp(now.as_micros() + offset_us), if is_stopped { 0.0 } else { rate })
                };
                shared.apply(&reading, instant, Duration::from_micros(age_us));
                let now = shared.now_at(instant);
                prop_assert!(now >= before);
                before = now;
            }
        }

        /// The sleeper neither wakes early nor misses its time.
        #[test]
        fn clock_has_reached_a_time_when_its_wait_is_over(
            rate in 0.0_f64..1_000.0, speed in 0.001_f64..1_000.0, changes_in_us in 0_u64..100_000,
            goal_us in 0_i64..10_000_000, looked_us in 0_u64..200_000,
        ) {
            let since = Instant::now();
            let next = Some((Duration::from_micros(changes_in_us), speed));
            let pace = Pace { since, base: START, rate, next };
            let (goal, looked) = (Timestamp(START.as_micros() + goal_us), since + Duration::from_micros(looked_us));
            let wait = pace.until(goal, looked).expect("it is reached");
            // Within the rounding to microseconds of both steps, at this rate.
            let reached = pace.at(looked + wait + Duration::from_micros(2));
            prop_assert!(reached.as_micros() + 2 >= goal.as_micros(), "{} < {}", reached, goal);
            if wait > Duration::from_micros(2) {
                let early = pace.at(looked + wait.checked_sub(Duration::from_micros(2)).expect("longer"));
                prop_assert!(early.as_micros() <= goal.as_micros() + 2);
            }
        }
    }

    /// A sandbox whose clock the test controls.
    async fn accept(listener: &TcpListener) -> WebSocketStream<TcpStream> {
        let (stream, _) = listener.accept().await.expect("a connection");
        tokio_tungstenite::accept_async(stream).await.expect("an upgrade")
    }

    async fn send(socket: &mut WebSocketStream<TcpStream>, revision: u64, now: Timestamp, rate: f64) -> Value {
        let reading = json!({
            "revision": revision, "now": now.to_rfc3339(), "rate": rate, "stopped": rate == 0.0, "speed": 10.0,
            "changes_in_us": null, "read_at_us": SystemClock.now().as_micros(),
        });
        socket.send(Message::text(reading.to_string())).await.expect("sent");
        loop {
            let acknowledgment = next_acknowledgment(socket).await;
            if acknowledgment["revision"] == revision {
                return acknowledgment;
            }
        }
    }

    async fn next_acknowledgment(socket: &mut WebSocketStream<TcpStream>) -> Value {
        let message = socket.next().await.expect("a message").expect("no error");
        serde_json::from_str(message.to_text().expect("text")).expect("JSON")
    }

    fn acknowledged(value: &Value) -> Timestamp {
        Timestamp::parse_rfc3339(value["now"].as_str().expect("a time")).expect("RFC 3339")
    }

    #[tokio::test]
    async fn clock_follows_readings_acknowledges_them_and_survives_a_restart_of_the_sandbox() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let following = tokio::spawn(async move { SandboxClock::follow(&base).await });
        let mut sandbox = accept(&listener).await;
        let first = send(&mut sandbox, 1, START, 0.0).await;
        let clock = following.await.expect("no panic").expect("a clock");
        assert_eq!((clock.now(), acknowledged(&first)), (START, START));

        let later = START.plus_seconds(3_600);
        let asleep = clock.sleep_until(later);
        send(&mut sandbox, 2, later, 0.0).await;
        asleep.await;
        assert_eq!(clock.now(), later);

        let raised = later.plus_seconds(60);
        clock.raise_to(raised);
        assert_eq!(acknowledged(&next_acknowledgment(&mut sandbox).await), raised);
        assert_eq!(clock.now(), raised);

        drop(sandbox);
        let mut restarted = accept(&listener).await;
        let first = send(&mut restarted, 1, START, 0.0).await;
        assert!(acknowledged(&first) >= raised, "the sandbox is moved up");
        assert!(clock.now() >= raised);
    }

    #[tokio::test]
    async fn unreachable_sandbox_is_refused() {
        let refused = SandboxClock::follow("http://127.0.0.1:9").await.expect_err("refused");
        assert_eq!(refused.to_string(), "no sandbox serves its clock at http://127.0.0.1:9");
        let refused = SandboxClock::follow("file:///tmp").await.expect_err("refused");
        assert_eq!(refused.to_string(), "file:///tmp is not an http address");
    }
}
