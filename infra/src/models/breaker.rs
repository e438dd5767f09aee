//! A circuit breaker: after several failures in a row requests fail at once for a while, then a single one is tried.
//!
//! While a provider is down, a caller must not wait for a timeout on every request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Counts failures in a row, and opens after too many.
#[derive(Debug)]
pub(super) struct Breaker {
    /// Failures in a row that open it.
    threshold: u32,
    /// How long it stays open.
    open_for: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Increases with each change of `phase`. Results of permits from an earlier epoch are ignored.
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
    /// One request is being tried.
    HalfOpen,
}

/// The circuit is open.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Open;

/// Permission to send a request. Dropping it without a result counts neither as success nor as failure.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    breaker: &'a Breaker,
    epoch: u64,
}

impl Breaker {
    pub(super) fn new(threshold: u32, open_for: Duration) -> Self {
        Self {
            threshold,
            open_for,
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
            Phase::Open { until } if Instant::now() >= until => state.enter_phase(Phase::HalfOpen),
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
    fn enter_phase(&mut self, phase: Phase) {
        self.epoch += 1;
        self.phase = phase;
    }
}

impl Permit<'_> {
    /// The request succeeded.
    pub(super) fn succeeded(self) {
        let mut state = self.breaker.state();
        if state.epoch == self.epoch {
            match &mut state.phase {
                Phase::Closed { failures } => *failures = 0,
                Phase::HalfOpen => state.enter_phase(Phase::Closed { failures: 0 }),
                Phase::Open { .. } => {}
            }
        }
    }

    /// The request failed because of the provider. Returns true if this opened the circuit.
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
            let until = Instant::now() + self.breaker.open_for;
            state.enter_phase(Phase::Open { until });
        }
        opens
    }
}

impl Drop for Permit<'_> {
    /// A trial request that was cancelled, for example because the call ended: the next request may try at once.
    fn drop(&mut self) {
        let mut state = self.breaker.state();
        if state.epoch == self.epoch && matches!(state.phase, Phase::HalfOpen) {
            state.enter_phase(Phase::Open { until: Instant::now() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const OPEN_FOR: Duration = Duration::from_secs(10);
    const JUST_BEFORE: Duration = Duration::from_millis(9_999);

    fn enter(breaker: &Breaker) -> Permit<'_> {
        breaker.enter().expect("a permit")
    }

    fn opened() -> Breaker {
        let breaker = Breaker::new(3, OPEN_FOR);
        assert!(!enter(&breaker).failed());
        assert!(!enter(&breaker).failed());
        assert!(enter(&breaker).failed());
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_the_circuit_and_a_success_resets_the_count() {
        let breaker = Breaker::new(3, OPEN_FOR);
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
    async fn half_open_circuit_permits_one_trial_request() {
        let breaker = opened();
        advance(JUST_BEFORE).await;
        assert!(breaker.enter().is_err());
        advance(Duration::from_millis(1)).await;
        let trial = enter(&breaker);
        assert!(breaker.enter().is_err());
        trial.succeeded();
        let (one, other) = (enter(&breaker), enter(&breaker));
        one.succeeded();
        other.succeeded();
    }

    #[tokio::test(start_paused = true)]
    async fn failed_trial_request_opens_the_circuit_again() {
        let breaker = opened();
        advance(OPEN_FOR).await;
        assert!(enter(&breaker).failed());
        advance(JUST_BEFORE).await;
        assert!(breaker.enter().is_err());
        advance(Duration::from_millis(1)).await;
        enter(&breaker).succeeded();
        assert!(!enter(&breaker).failed(), "the count starts from zero");
    }

    #[tokio::test(start_paused = true)]
    async fn cancelled_trial_request_permits_the_next_one() {
        let breaker = opened();
        advance(OPEN_FOR).await;
        drop(enter(&breaker));
        enter(&breaker).succeeded();
    }

    #[tokio::test(start_paused = true)]
    async fn result_from_before_the_circuit_opened_is_ignored() {
        let breaker = Breaker::new(1, OPEN_FOR);
        let (late, failing) = (enter(&breaker), enter(&breaker));
        assert!(failing.failed());
        late.succeeded();
        assert!(breaker.enter().is_err());
    }
}
