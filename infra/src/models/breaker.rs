//! A circuit breaker: who has failed often is left alone for a while, then asked once, carefully.
//!
//! While a provider is down, a caller on the line must not wait for each time limit anew.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Counts failures in a row, and refuses when there were too many.
#[derive(Debug)]
pub(super) struct Breaker {
    /// So many failures in a row open it.
    threshold: u32,
    /// So long it stays open.
    rest: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Changes whenever `phase` becomes another one: who entered before is not heard any more.
    epoch: u64,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// One is trying.
    HalfOpen,
}

/// It is open.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Open;

/// Leave to ask. Dropped without a word, it counts for nothing.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    breaker: &'a Breaker,
    epoch: u64,
}

impl Breaker {
    pub(super) fn new(threshold: u32, rest: Duration) -> Self {
        Self {
            threshold,
            rest,
            state: Mutex::new(State {
                epoch: 0,
                phase: Phase::Closed { failures: 0 },
            }),
        }
    }

    pub(super) fn enter(&self) -> Result<Permit<'_>, Open> {
        let mut state = self.state();
        match state.phase {
            Phase::Closed { .. } => {}
            Phase::Open { until } if Instant::now() >= until => state.become_(Phase::HalfOpen),
            Phase::Open { .. } | Phase::HalfOpen => return Err(Open),
        }
        Ok(Permit {
            breaker: self,
            epoch: state.epoch,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn become_(&mut self, phase: Phase) {
        self.epoch += 1;
        self.phase = phase;
    }
}

impl Permit<'_> {
    /// It went well.
    pub(super) fn succeeded(self) {
        let mut state = self.breaker.state();
        if state.epoch == self.epoch {
            match &mut state.phase {
                Phase::Closed { failures } => *failures = 0,
                Phase::HalfOpen => state.become_(Phase::Closed { failures: 0 }),
                Phase::Open { .. } => {}
            }
        }
    }

    /// It failed, and that is the provider's fault. True when this opened the circuit.
    pub(super) fn failed(self) -> bool {
        let mut state = self.breaker.state();
        if state.epoch != self.epoch {
            return false;
        }
        let opens = match &mut state.phase {
            Phase::Closed { failures } => {
                *failures += 1;
                *failures >= self.breaker.threshold
            }
            Phase::HalfOpen => true,
            Phase::Open { .. } => false,
        };
        if opens {
            let until = Instant::now() + self.breaker.rest;
            state.become_(Phase::Open { until });
        }
        opens
    }
}

impl Drop for Permit<'_> {
    /// The one who tried went away without a word, as when a call ends: the next one may try at once.
    fn drop(&mut self) {
        let mut state = self.breaker.state();
        if state.epoch == self.epoch && matches!(state.phase, Phase::HalfOpen) {
            state.become_(Phase::Open { until: Instant::now() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const REST: Duration = Duration::from_secs(10);
    const ALMOST: Duration = Duration::from_millis(9_999);

    fn enter(breaker: &Breaker) -> Permit<'_> {
        breaker.enter().expect("leave to ask")
    }

    fn opened() -> Breaker {
        let breaker = Breaker::new(3, REST);
        assert!(!enter(&breaker).failed());
        assert!(!enter(&breaker).failed());
        assert!(enter(&breaker).failed());
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_it_and_a_success_between_them_does_not() {
        let breaker = Breaker::new(3, REST);
        for _ in 0..5 {
            enter(&breaker).failed();
            enter(&breaker).failed();
            enter(&breaker).succeeded();
        }
        for _ in 0..3 {
            enter(&breaker).failed();
        }
        assert_eq!(breaker.enter().err(), Some(Open));
    }

    #[tokio::test(start_paused = true)]
    async fn after_its_rest_one_may_try_and_the_others_wait() {
        let breaker = opened();
        advance(ALMOST).await;
        assert!(breaker.enter().is_err());
        advance(Duration::from_millis(1)).await;
        let tries = enter(&breaker);
        assert!(breaker.enter().is_err());
        tries.succeeded();
        let (one, other) = (enter(&breaker), enter(&breaker));
        one.succeeded();
        other.succeeded();
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_fails_opens_it_for_another_rest() {
        let breaker = opened();
        advance(REST).await;
        assert!(enter(&breaker).failed());
        advance(ALMOST).await;
        assert!(breaker.enter().is_err());
        advance(Duration::from_millis(1)).await;
        enter(&breaker).succeeded();
        assert!(!enter(&breaker).failed(), "the count begins anew");
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_is_given_up_leaves_the_next_one_its_turn() {
        let breaker = opened();
        advance(REST).await;
        drop(enter(&breaker));
        enter(&breaker).succeeded();
    }

    #[tokio::test(start_paused = true)]
    async fn who_entered_before_it_opened_is_not_heard_after() {
        let breaker = Breaker::new(1, REST);
        let (late, failing) = (enter(&breaker), enter(&breaker));
        assert!(failing.failed());
        late.succeeded();
        assert!(breaker.enter().is_err());
    }
}
