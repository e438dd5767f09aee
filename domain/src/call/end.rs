//! [`End`]: the end of a call, joined from several reports.

use super::event::CallEvent;
use super::observed_at::{ObservedAt, least};
use super::value::{EndedBy, Outcome};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The end of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub at: ObservedAt,
    pub outcome: Outcome,
    pub ended_by: Option<EndedBy>,
    /// Seconds of conversation.
    pub duration_s: Option<u32>,
    /// Why the call failed.
    pub reason: Option<String>,
}

impl End {
    /// The end in a `CallEnded`. `None` for any other event.
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

    /// Joins two reports of one end, in any order: the outcome of higher rank with its reason, the better time, the longer
    /// duration, the [`EndedBy`] of higher rank.
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
