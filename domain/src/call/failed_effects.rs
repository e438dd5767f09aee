//! [`FailedEffects`]: the failed attempts of jobs and requests.

use super::event::CallEvent;
use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Failed attempts by effect and item, named `archive_recording RE1`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct FailedEffects(BTreeMap<String, FailedEffect>);

/// The failed attempts of one effect. They may be recorded in any order; the one with the highest number wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailedEffect {
    pub attempts: u32,
    /// Time of the next attempt; absent if there is none.
    pub retry_at: Option<Timestamp>,
}

impl FailedEffects {
    /// Applies an event. Returns whether it was a failed attempt, or a request for another one.
    pub fn fold(&mut self, event: &CallEvent) -> bool {
        let (effect, item, attempt, retry_at) = match event {
            CallEvent::EffectFailed {
                effect,
                item,
                attempt,
                retry_at,
                ..
            } => (effect, item, attempt, retry_at),
            CallEvent::EffectRetryRequested { at, effect, item, .. } => {
                self.retry(effect, item, *at);
                return true;
            }
            _ => return false,
        };
        let failed = self.0.entry(name(effect, item)).or_default();
        if *attempt >= failed.attempts {
            *failed = FailedEffect {
                attempts: *attempt,
                retry_at: *retry_at,
            };
        }
        true
    }

    /// Schedules another attempt at `at`, even if retries have ended. It counts as an attempt, so that the next failure
    /// has a new number.
    pub fn retry(&mut self, effect: &str, item: &str, at: Timestamp) {
        let failed = self.0.entry(name(effect, item)).or_default();
        failed.attempts += 1;
        failed.retry_at = Some(at);
    }

    /// The effects whose attempts have ended, with their items.
    pub fn given_up(&self) -> impl Iterator<Item = (&str, &str)> {
        let ended = self.0.iter().filter(|(_, failed)| failed.retry_at.is_none());
        ended.map(|(name, _)| name.split_once(' ').unwrap_or((name, "")))
    }

    /// The failed attempts of an effect.
    #[must_use]
    pub fn of(&self, effect: &str, item: &str) -> Option<FailedEffect> {
        self.0.get(&name(effect, item)).copied()
    }
}

fn name(effect: &str, item: &str) -> String {
    format!("{effect} {item}")
}
