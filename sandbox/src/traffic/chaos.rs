//! Delivery disturbances: duplicated, reordered and delayed requests.
//!
//! Pure. Only the number and the times of the requests change. Their content, including timestamps and idempotency
//! tokens, is that of the clean plan, so both must result in the same rows.

use super::call::{PlannedCall, PlannedRequest};
use super::rng::SeededRng;
use crate::twilio::sid::Mint;

/// Shares of disturbed requests, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Sent once or twice more.
    pub duplicates: f64,
    /// Swapped with another request of the same call.
    pub reorder: f64,
    /// Delayed by seconds to half an hour.
    pub delay: f64,
}

impl Shares {
    /// No disturbances.
    pub const NONE: Self = Self {
        duplicates: 0.0,
        reorder: 0.0,
        delay: 0.0,
    };

    /// Enough disturbances to affect almost every call.
    pub const CHAOS: Self = Self {
        duplicates: 0.3,
        reorder: 0.3,
        delay: 0.2,
    };

    /// Whether any share is above zero.
    #[must_use]
    pub fn any(&self) -> bool {
        self.duplicates > 0.0 || self.reorder > 0.0 || self.delay > 0.0
    }
}

/// Applies disturbances. The requests of each call are returned in their new order.
#[must_use]
pub fn disturb(calls: &[PlannedCall], shares: Shares, seed: u64) -> Vec<PlannedCall> {
    calls
        .iter()
        .map(|call| PlannedCall {
            requests: scramble(call, shares, seed),
            ..call.clone()
        })
        .collect()
}

fn scramble(call: &PlannedCall, shares: Shares, seed: u64) -> Vec<PlannedRequest> {
    let mut rng = SeededRng::new(Mint::new(format!("{seed}/chaos")).seed(&call.call_sid));
    let mut requests = call.requests.clone();

    for index in 0..requests.len() {
        if rng.chance(shares.reorder) {
            let other = rng.below(requests.len());
            let (mine, theirs) = (requests[index].offset, requests[other].offset);
            requests[index].offset = theirs;
            requests[other].offset = mine;
        }
    }
    for request in &mut requests {
        if rng.chance(shares.delay) {
            // Usually seconds, sometimes long after the end of the call.
            let late = if rng.chance(0.8) {
                1_000..=30_000
            } else {
                60_000..=1_800_000
            };
            request.offset += rng.time(late);
        }
    }
    for index in 0..requests.len() {
        if rng.chance(shares.duplicates) {
            let copies = if rng.chance(0.2) { 2 } else { 1 };
            for _ in 0..copies {
                let mut copy = requests[index].clone();
                copy.offset += rng.time(0..=20_000);
                requests.push(copy);
            }
        }
    }
    requests.sort_by_key(|request| request.offset);
    requests
}
