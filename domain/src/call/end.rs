//! How a call ended, when several have something to say about it.

use super::event::CallEvent;
use super::observed_at::{ObservedAt, least};
use super::value::{EndedBy, Outcome};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When.
    pub at: ObservedAt,
    /// How it went.
    pub outcome: Outcome,
    /// Who ended it, where known.
    pub ended_by: Option<EndedBy>,
    /// Seconds talked.
    pub duration_s: Option<u32>,
    /// Why it failed.
    pub reason: Option<String>,
}

impl End {
    /// What a `CallEnded` says. `None` for any other event.
    #[must_use]
    pub fn of(event: &CallEvent) -> Option<Self> {
        let CallEvent::CallEnded {
            at,
            clock,
            outcome,
            ended_by,
            duration_s,
            reason,
        } = event
        else {
            return None;
        };
        Some(Self {
            at: ObservedAt::new(*at, *clock),
            outcome: *outcome,
            ended_by: *ended_by,
            duration_s: *duration_s,
            reason: reason.clone(),
        })
    }

    /// Two reports of one end, in whatever order: the outcome that outranks with its reason, the better moment, the longer
    /// duration, the better known hand.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let reason = match self.outcome.cmp(&other.outcome) {
            Ordering::Greater => self.reason,
            Ordering::Less => other.reason,
            Ordering::Equal => least(self.reason, other.reason),
        };
        Self {
            at: self.at.earliest(other.at),
            outcome: self.outcome.max(other.outcome),
            ended_by: self.ended_by.max(other.ended_by),
            duration_s: self.duration_s.max(other.duration_s),
            reason,
        }
    }
}
