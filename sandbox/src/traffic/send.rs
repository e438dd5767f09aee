//! Posts a plan: signed, in its order, so many at a time, and repeated as Twilio repeats.
//!
//! What the service answers is counted, not read: TwiML is not executed here.

mod post;
mod tally;

pub use post::Network;
pub use tally::Tally;

use super::plan::PlannedCall;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How fast, and how much at once.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// At most so many requests are under way at the same time.
    pub in_flight: usize,
    /// How many times faster than the plan; 0 waits for nothing.
    pub speed: f64,
    /// Whether a call's next request waits for the answer to the one before. Without it, repetitions overlap.
    pub in_call_order: bool,
}

/// Requests that follow one another, as places in the plan: (call, request).
type Lane = Vec<(usize, usize)>;

/// Posts every request of these calls; `sent` hears of each as it is done.
///
/// # Panics
/// If `sent` does.
pub async fn send_all(
    network: Network,
    pace: Pace,
    calls: Arc<Vec<PlannedCall>>,
    sent: impl Fn() + Clone + Send + 'static,
) -> Tally {
    let lanes = lanes(&calls, pace.in_call_order);
    let first = lanes.first().map_or(Duration::ZERO, |lane| offset(&calls, lane[0]));
    let clock = Clock {
        began: Instant::now(),
        first,
        speed: pace.speed,
    };

    let network = Arc::new(network);
    let requests = Arc::new(Semaphore::new(pace.in_flight));
    // Without waiting, a lane keeps a request under way all the time, so this bounds what is spawned; with waiting, most
    // lanes sleep, and only requests are bounded.
    let lanes_at_once = if pace.speed > 0.0 {
        Semaphore::MAX_PERMITS
    } else {
        pace.in_flight
    };
    let lane_slots = Arc::new(Semaphore::new(lanes_at_once));

    let mut tally = Tally::default();
    let mut running = JoinSet::new();
    for lane in lanes {
        clock.wait_for(offset(&calls, lane[0])).await;
        let slot = Arc::clone(&lane_slots)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let (network, calls, requests, sent) = (
            Arc::clone(&network),
            Arc::clone(&calls),
            Arc::clone(&requests),
            sent.clone(),
        );
        running.spawn(async move {
            let mut tally = Tally::default();
            for (call, request) in lane {
                let request = &calls[call].requests[request];
                clock.wait_for(request.offset).await;
                let permit = requests.acquire().await.expect("the semaphore is never closed");
                network.deliver(request, &mut tally).await;
                drop(permit);
                sent();
            }
            drop(slot);
            tally
        });
        while let Some(done) = running.try_join_next() {
            tally += done.expect("a lane does not panic");
        }
    }
    while let Some(done) = running.join_next().await {
        tally += done.expect("a lane does not panic");
    }
    tally.took = clock.began.elapsed();
    tally
}

fn lanes(calls: &[PlannedCall], in_call_order: bool) -> Vec<Lane> {
    let of_call = |call: usize| (0..calls[call].requests.len()).map(move |request| (call, request));
    let mut lanes: Vec<Lane> = if in_call_order {
        (0..calls.len())
            .map(|call| of_call(call).collect())
            .filter(|lane: &Lane| !lane.is_empty())
            .collect()
    } else {
        (0..calls.len())
            .flat_map(of_call)
            .map(|request| vec![request])
            .collect()
    };
    lanes.sort_by_key(|lane| offset(calls, lane[0]));
    lanes
}

fn offset(calls: &[PlannedCall], (call, request): (usize, usize)) -> Duration {
    calls[call].requests[request].offset
}

/// The plan's time against ours. The first request is sent at once.
#[derive(Clone, Copy)]
struct Clock {
    began: Instant,
    first: Duration,
    speed: f64,
}

impl Clock {
    async fn wait_for(&self, offset: Duration) {
        if self.speed > 0.0 {
            tokio::time::sleep_until(self.began + offset.saturating_sub(self.first).div_f64(self.speed)).await;
        }
    }
}
