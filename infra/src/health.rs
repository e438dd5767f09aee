//! [`Health`]: what does not work in this process, known from what happened last, not from a question that is asked.
//!
//! A part reports each failure and each success. The first failure is logged with its cause; the same failure again is
//! counted, and logged once a minute with the count. So a database that is full or damaged does not fill the log too.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time between two log lines about the same failure.
const LOG_INTERVAL: Duration = Duration::from_mins(1);

/// What a problem means for the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Work goes on; a person should look.
    Degraded,
    /// The process should not be sent traffic.
    NotReady,
}

/// A part that does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `append`, `ledger`, `keys`, `clock`, or `read model <name>`.
    pub part: String,
    pub severity: Severity,
    /// Contains no personal values: a kind, and the code of the database.
    pub cause: String,
    /// Failures with this cause since it last worked.
    pub failures: u64,
    /// Time since the first of them.
    pub lasts: Duration,
}

/// The problems of a process. Cheap to clone; clones share state.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// The number of problems, so that a success costs no lock while there is none.
    count: AtomicUsize,
    problems: Mutex<BTreeMap<Cow<'static, str>, Entry>>,
}

#[derive(Debug)]
struct Entry {
    severity: Severity,
    cause: String,
    failures: u64,
    since: Instant,
    logged: Instant,
}

impl Health {
    /// Notes a failure.
    pub fn failing(&self, part: impl Into<Cow<'static, str>>, severity: Severity, cause: impl Into<String>) {
        let (part, cause, now) = (part.into(), cause.into(), Instant::now());
        let mut problems = self.lock();
        if let Some(known) = problems.get_mut(&part)
            && known.cause == cause
        {
            known.failures += 1;
            known.severity = severity;
            if now.duration_since(known.logged) >= LOG_INTERVAL {
                known.logged = now;
                let (failures, lasts_s) = (known.failures, now.duration_since(known.since).as_secs());
                tracing::error!(%part, cause, failures, lasts_s, "still failing");
            }
            return;
        }
        tracing::error!(%part, cause, "failing");
        let since = problems.get(&part).map_or(now, |known| known.since);
        problems.insert(
            part,
            Entry {
                severity,
                cause,
                failures: 1,
                since,
                logged: now,
            },
        );
        self.0.count.store(problems.len(), Ordering::Release);
    }

    /// Notes a success: the part works again.
    pub fn works(&self, part: &str) {
        if self.0.count.load(Ordering::Acquire) == 0 {
            return;
        }
        let mut problems = self.lock();
        if let Some(ended) = problems.remove(part) {
            let lasted_s = ended.since.elapsed().as_secs();
            tracing::info!(
                part,
                cause = ended.cause,
                failures = ended.failures,
                lasted_s,
                "works again"
            );
        }
        self.0.count.store(problems.len(), Ordering::Release);
    }

    /// Whether this part has a problem.
    #[must_use]
    pub fn is_failing(&self, part: &str) -> bool {
        self.0.count.load(Ordering::Acquire) > 0 && self.lock().contains_key(part)
    }

    /// All problems, by part.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let problems = self.lock();
        let described = problems.iter().map(|(part, entry)| Problem {
            part: part.clone().into_owned(),
            severity: entry.severity,
            cause: entry.cause.clone(),
            failures: entry.failures,
            lasts: entry.since.elapsed(),
        });
        described.collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Cow<'static, str>, Entry>> {
        self.0.problems.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_failure_is_counted_and_a_success_ends_it() {
        let health = Health::default();
        assert_eq!(health.problems(), []);
        for _ in 0..3 {
            health.failing("append", Severity::NotReady, "disk full (SQLite 13)");
        }
        health.failing("read model work", Severity::Degraded, "busy");
        let problems = health.problems();
        let seen: Vec<_> = problems.iter().map(|it| (it.part.as_str(), it.failures)).collect();
        assert_eq!(seen, [("append", 3), ("read model work", 1)]);
        health.failing("append", Severity::NotReady, "input/output error (SQLite 10)");
        assert_eq!(health.problems()[0].failures, 1, "another cause is counted anew");
        health.works("append");
        assert!(!health.is_failing("append") && health.is_failing("read model work"));
    }
}
