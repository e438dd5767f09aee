//! How a day arrives when the network has a bad one: some requests twice, some in another order, some late.
//!
//! Pure. Only the number and the times of the requests change; what they say (time stamps and idempotency tokens, too)
//! stays that of the clean plan, so that both tell of the same calls and must end in the same rows.

use super::dice::Dice;
use super::plan::{PlannedCall, PlannedRequest};
use crate::twilio::sid::Mint;

/// Which share of the requests is disturbed, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Sent again, once or twice.
    pub duplicates: f64,
    /// Sent at the time of another request of the same call, which is sent at theirs.
    pub reorder: f64,
    /// Sent seconds to half an hour late.
    pub delay: f64,
}

impl Shares {
    /// A clean day.
    pub const NONE: Self = Self {
        duplicates: 0.0,
        reorder: 0.0,
        delay: 0.0,
    };

    /// A bad day: enough of each that hardly a call arrives as it was.
    pub const CHAOS: Self = Self {
        duplicates: 0.3,
        reorder: 0.3,
        delay: 0.2,
    };

    /// Whether anything is disturbed.
    #[must_use]
    pub fn any(&self) -> bool {
        self.duplicates > 0.0 || self.reorder > 0.0 || self.delay > 0.0
    }
}

/// The same calls, disturbed. The requests of each call are in their new order.
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
    let mut dice = Dice::new(Mint::new(format!("{seed}/chaos")).seed(&call.call_sid));
    let mut requests = call.requests.clone();

    for index in 0..requests.len() {
        if dice.chance(shares.reorder) {
            let other = dice.below(requests.len());
            let (mine, theirs) = (requests[index].offset, requests[other].offset);
            requests[index].offset = theirs;
            requests[other].offset = mine;
        }
    }
    for request in &mut requests {
        if dice.chance(shares.delay) {
            // Mostly seconds, at times long after the call is over.
            let late = if dice.chance(0.8) {
                1_000..=30_000
            } else {
                60_000..=1_800_000
            };
            request.offset += dice.time(late);
        }
    }
    for index in 0..requests.len() {
        if dice.chance(shares.duplicates) {
            let copies = if dice.chance(0.2) { 2 } else { 1 };
            for _ in 0..copies {
                let mut copy = requests[index].clone();
                copy.offset += dice.time(0..=20_000);
                requests.push(copy);
            }
        }
    }
    requests.sort_by_key(|request| request.offset);
    requests
}
