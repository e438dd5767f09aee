//! [`Start`]: the start of a call, stated or inferred.

use super::event::{CallEvent, PersonalText};
use super::observed_at::{ObservedAt, least, least_personal, least_personal_option, least_text, says_something};
use super::value::Direction;
use crate::AgentId;
use serde::{Deserialize, Serialize};

/// The start of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    pub at: ObservedAt,
    pub direction: Option<Direction>,
    /// The first leg; empty if unknown.
    pub call_sid: String,
    /// The caller's number; empty if unknown.
    pub from: PersonalText,
    /// The called number; empty if unknown.
    pub to: PersonalText,
    pub caller_name: Option<PersonalText>,
    pub agent: Option<AgentId>,
    /// The tenant's number, E.164.
    pub number: Option<String>,
    /// STIR/SHAKEN result: Twilio's `StirVerstat`.
    pub attestation: Option<String>,
}

impl Start {
    /// The start in a `CallStarted`, and whether it was inferred. `None` for any other event.
    #[must_use]
    pub fn of(event: &CallEvent) -> Option<(Self, bool)> {
        let CallEvent::CallStarted {
            at,
            clock,
            direction,
            call_sid,
            from,
            to,
            caller_name,
            agent,
            number,
            attestation,
            inferred,
        } = event
        else {
            return None;
        };
        let start = Self {
            at: ObservedAt::new(*at, *clock),
            direction: *direction,
            call_sid: call_sid.clone(),
            from: from.clone(),
            to: to.clone(),
            caller_name: caller_name.clone(),
            agent: agent.clone(),
            number: number.clone(),
            attestation: attestation.clone(),
        };
        Some((start, *inferred))
    }

    /// The `CallStarted` with this start.
    #[must_use]
    pub fn into_event(self, inferred: bool) -> CallEvent {
        CallEvent::CallStarted {
            at: self.at.at,
            clock: self.at.clock,
            direction: self.direction,
            call_sid: self.call_sid,
            from: self.from,
            to: self.to,
            caller_name: self.caller_name,
            agent: self.agent,
            number: self.number,
            attestation: self.attestation,
            inferred,
        }
    }

    /// Joins two inferred starts of one call, in any order: the earlier time, and every field that one of them has.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            at: self.at.earliest(other.at),
            direction: least(self.direction, other.direction),
            call_sid: least_text(self.call_sid, other.call_sid),
            from: least_personal(self.from, other.from),
            to: least_personal(self.to, other.to),
            caller_name: least_personal_option(self.caller_name, other.caller_name),
            agent: least(self.agent, other.agent),
            number: least(self.number, other.number),
            attestation: least(self.attestation, other.attestation),
        }
    }

    /// Joins a real start with an inferred one: the real one wins field by field; the inferred one fills in what it lacks.
    #[must_use]
    pub fn over(self, inferred: Self) -> Self {
        let text = |real: PersonalText, other| if says_something(&real) { real } else { other };
        Self {
            at: self.at,
            direction: self.direction.or(inferred.direction),
            call_sid: if self.call_sid.is_empty() {
                inferred.call_sid
            } else {
                self.call_sid
            },
            from: text(self.from, inferred.from),
            to: text(self.to, inferred.to),
            caller_name: self.caller_name.or(inferred.caller_name),
            agent: self.agent.or(inferred.agent),
            number: self.number.or(inferred.number),
            attestation: self.attestation.or(inferred.attestation),
        }
    }

    /// The start that follows from a real and an inferred one, of which either may be absent.
    #[must_use]
    pub fn known(real: Option<Self>, inferred: Option<Self>) -> Option<Self> {
        match (real, inferred) {
            (Some(real), Some(inferred)) => Some(real.over(inferred)),
            (real, inferred) => real.or(inferred),
        }
    }
}
