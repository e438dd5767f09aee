//! What came of the requests.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::time::Duration;

/// Counts of what was sent and answered.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Requests that were sent, each counted once however often it was tried.
    pub requests: usize,
    /// Further tries of the same request.
    pub retries: usize,
    /// Answers by status, those to retries included.
    pub answers: BTreeMap<u16, usize>,
    /// Tries that got no answer.
    pub unanswered: usize,
    /// Answers that were not 2xx, by path and status.
    pub refusals: BTreeMap<(&'static str, u16), usize>,
    /// Microseconds to each answer.
    pub answer_times: Vec<u64>,
    /// From the first request to the last answer.
    pub took: Duration,
}

impl Tally {
    /// Notes one answer.
    pub fn answered(&mut self, path: &'static str, status: u16, took: Duration) {
        *self.answers.entry(status).or_default() += 1;
        if !(200..300).contains(&status) {
            *self.refusals.entry((path, status)).or_default() += 1;
        }
        self.answer_times
            .push(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Whether every try was answered 2xx.
    #[must_use]
    pub fn all_accepted(&self) -> bool {
        self.unanswered == 0 && self.refusals.is_empty()
    }

    /// The time within which this many of a hundred answers came.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<Duration> {
        let mut times = self.answer_times.clone();
        times.sort_unstable();
        let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
        times.get(place).map(|micros| Duration::from_micros(*micros))
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
    fn a_percentile_is_the_time_that_so_many_answers_needed_at_most() {
        let mut tally = Tally::default();
        for millis in [40, 10, 30, 20] {
            tally.answered("/", 200, Duration::from_millis(millis));
        }
        assert_eq!(tally.percentile(50), Some(Duration::from_millis(20)));
        assert_eq!(tally.percentile(99), Some(Duration::from_millis(40)));
        assert_eq!(Tally::default().percentile(50), None);
    }

    #[test]
    fn one_refusal_is_enough_to_fail() {
        let mut tally = Tally::default();
        tally.answered("/", 204, Duration::ZERO);
        assert!(tally.all_accepted());
        tally.answered("/", 302, Duration::ZERO);
        assert!(!tally.all_accepted());
    }
}
