//! [`ToDo`], a work item. Failed attempts delay its retries and end them.

use super::queries::Kind;
use domain::Timestamp;
use domain::call::failed_effects::FailedEffects;
use serde_json::Value;

/// A work item.
pub(super) struct ToDo {
    pub kind: Kind,
    pub item: String,
    pub not_before: Timestamp,
    pub attempts: u32,
    pub detail: Value,
}

impl ToDo {
    /// The work item, due at `from` or at its retry time, whichever is later. `None` if retries have ended.
    pub fn new(failed: &FailedEffects, kind: Kind, item: &str, from: Timestamp, detail: Value) -> Option<Self> {
        let (attempts, not_before) = match failed.of(kind.as_str(), item) {
            Some(failed) => (failed.attempts, failed.retry_at?.max(from)),
            None => (0, from),
        };
        Some(Self {
            kind,
            item: item.to_owned(),
            not_before,
            attempts,
            detail,
        })
    }
}
