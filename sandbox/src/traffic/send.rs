//! Sends a plan: signed, in order, with limited concurrency, and with Twilio's retries.
//!
//! Responses are counted. TwiML in them is not executed.

mod post;
mod tally;

pub use post::Network;
pub use tally::Tally;

use super::call::PlannedCall;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Speed, concurrency and ordering.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Maximum number of concurrent requests.
    pub in_flight: usize,
    /// Speed relative to the plan; 0 sends without waiting.
    pub speed: f64,
    /// A call's next request waits for the response to the previous one. If false, duplicates overlap.
    pub in_call_order: bool,
}

/// Requests sent one after another, as indexes into the plan: (call, request).
type Lane = Vec<(usize, usize)>;

/// Sends every request of these calls, and calls `sent` after each.
///
/// # Panics
/// If `sent` panics.
pub async fn send_all(
    network: Network,
    pace: Pace,
    calls: Arc<Vec<PlannedCall>>,
    sent: impl Fn() + Clone + Send + 'static,
) -> Tally {
    let lanes = lanes(&calls, pace.in_call_order);
    let first = lanes.first().map_or(Duration::ZERO, |lane| offset(&calls, lane[0]));
    let clock = Clock {
        started: Instant::now(),
        first,
        speed: pace.speed,
    };

    let network = Arc::new(network);
    let requests = Arc::new(Semaphore::new(pace.in_flight));
    // At speed 0 every running lane has a request in progress, so `in_flight` also bounds the spawned lanes. At other
    // speeds most lanes sleep, and only requests are bounded.
    let max_lanes = if pace.speed > 0.0 {
        Semaphore::MAX_PERMITS
    } else {
        pace.in_flight
    };
    let lane_slots = Arc::new(Semaphore::new(max_lanes));

    let mut tally = Tally::default();
    let mut running = JoinSet::new();
    for lane in lanes {
        clock.wait_for(offset(&calls, lane[0])).await;
        let slot = Arc::clone(&lane_slots)
            .acquire_owned()
            .await
            .expect("semaphore is never closed");
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
                let permit = requests.acquire().await.expect("semaphore is never closed");
                network.deliver(request, &mut tally).await;
                drop(permit);
                sent();
            }
            drop(slot);
            tally
        });
        while let Some(done) = running.try_join_next() {
            tally += done.expect("lane task does not panic");
        }
    }
    while let Some(done) = running.join_next().await {
        tally += done.expect("lane task does not panic");
    }
    tally.took = clock.started.elapsed();
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

/// Maps times of the plan to real time. The first request is sent immediately.
#[derive(Clone, Copy)]
struct Clock {
    started: Instant,
    first: Duration,
    speed: f64,
}

impl Clock {
    async fn wait_for(&self, offset: Duration) {
        if self.speed > 0.0 {
            tokio::time::sleep_until(self.started + offset.saturating_sub(self.first).div_f64(self.speed)).await;
        }
    }
}
