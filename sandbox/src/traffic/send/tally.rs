//! Counters of the sent requests.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::time::Duration;

/// Counts of requests and responses.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Requests sent, not counting retries.
    pub requests: usize,
    pub retries: usize,
    /// Responses by status, including those to retries.
    pub answers: BTreeMap<u16, usize>,
    /// Attempts without a response.
    pub unanswered: usize,
    /// Responses other than 2xx, by path and status.
    pub refusals: BTreeMap<(&'static str, u16), usize>,
    /// Response times in microseconds.
    pub answer_times: Vec<u64>,
    /// Time from the first request to the last response.
    pub took: Duration,
}

impl Tally {
    /// Counts one response.
    pub fn record_response(&mut self, path: &'static str, status: u16, took: Duration) {
        *self.answers.entry(status).or_default() += 1;
        if !(200..300).contains(&status) {
            *self.refusals.entry((path, status)).or_default() += 1;
        }
        self.answer_times
            .push(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Whether every attempt got a 2xx response.
    #[must_use]
    pub fn all_accepted(&self) -> bool {
        self.unanswered == 0 && self.refusals.is_empty()
    }

    /// Response time at a percentile. `None` without responses.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<Duration> {
        let mut times = self.answer_times.clone();
        times.sort_unstable();
        let index = (times.len() * percent).div_ceil(100).saturating_sub(1);
        times.get(index).map(|micros| Duration::from_micros(*micros))
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.retries += other.retries;
        self.unanswered += other.unanswered;
        for (status, count) in other.answers {
            *self.answers.entry(status).or_default() += count;
        }
        for (refusal, count) in other.refusals {
            *self.refusals.entry(refusal).or_default() += count;
        }
        self.answer_times.extend(other.answer_times);
        self.took = self.took.max(other.took);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentile_is_the_response_time_at_that_rank() {
        let mut tally = Tally::default();
        for millis in [40, 10, 30, 20] {
            tally.record_response("/", 200, Duration::from_millis(millis));
        }
        assert_eq!(tally.percentile(50), Some(Duration::from_millis(20)));
        assert_eq!(tally.percentile(99), Some(Duration::from_millis(40)));
        assert_eq!(Tally::default().percentile(50), None);
    }

    #[test]
    fn one_rejected_request_fails_the_tally() {
        let mut tally = Tally::default();
        tally.record_response("/", 204, Duration::ZERO);
        assert!(tally.all_accepted());
        tally.record_response("/", 302, Duration::ZERO);
        assert!(!tally.all_accepted());
    }
}
