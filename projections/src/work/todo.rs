//! [`ToDo`], a work item, and [`FailedAttempts`], which delays its retries and ends them.

use super::queries::Kind;
use domain::Timestamp;
use domain::call::CallEvent;
use domain::call::state::FailedEffect;
use serde_json::Value;
use std::collections::BTreeMap;

/// A work item.
pub(super) struct ToDo {
    pub kind: Kind,
    pub item: String,
    pub not_before: Timestamp,
    pub attempts: u32,
    pub detail: Value,
}

/// Failed attempts by effect and item.
#[derive(Clone, Debug, Default)]
pub(super) struct FailedAttempts(BTreeMap<String, FailedEffect>);

impl FailedAttempts {
    pub fn fold(&mut self, event: &CallEvent) {
        if let CallEvent::EffectFailed {
            effect,
            item,
            attempt,
            retry_at,
            ..
        } = event
        {
            let failed = self.0.entry(FailedEffect::name(effect, item)).or_default();
            failed.note(*attempt, *retry_at);
        }
    }

    /// Schedules another attempt at `at`, even if retries have ended. It counts as an attempt, so that the next failure
    /// has a new number.
    pub fn retry(&mut self, kind: Kind, item: &str, at: Timestamp) {
        let failed = self.0.entry(FailedEffect::name(kind.as_str(), item)).or_default();
        failed.note(failed.attempts + 1, Some(at));
    }

    /// The work item, due at `from` or at its retry time, whichever is later. `None` if retries have ended.
    pub fn item(&self, kind: Kind, item: &str, from: Timestamp, detail: Value) -> Option<ToDo> {
        let failed = self.0.get(&FailedEffect::name(kind.as_str(), item));
        let (attempts, retry_at) = match failed {
            Some(FailedEffect { retry_at: None, .. }) => return None,
            Some(failed) => (failed.attempts, failed.retry_at),
            None => (0, None),
        };
        Some(ToDo {
            kind,
            item: item.to_owned(),
            not_before: retry_at.map_or(from, |retry_at| retry_at.max(from)),
            attempts,
            detail,
        })
    }
}
