//! [`ObservedAt`]: a time and its source. And functions that join two reports of one value so that the result does not
//! depend on the order of the reports.

use super::event::PersonalText;
use super::value::ClockSource;
use crate::{Personal, Timestamp};
use serde::{Deserialize, Serialize};

/// A time and the clock it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ObservedAt {
    pub at: Timestamp,
    pub clock: ClockSource,
}

impl ObservedAt {
    /// A time and the clock it comes from.
    #[must_use]
    pub const fn new(at: Timestamp, clock: ClockSource) -> Self {
        Self { at, clock }
    }

    /// Joins two reports of one time: the provider's clock wins over the local one, then the earlier time.
    #[must_use]
    pub fn earliest(self, other: Self) -> Self {
        let key = |time: &Self| (!time.clock.is_provider(), time.at);
        if key(&other) < key(&self) { other } else { self }
    }

    /// Joins reports of a repeated action: the provider's clock wins over the local one, then the later time.
    #[must_use]
    pub fn latest(self, other: Self) -> Self {
        if (other.clock, other.at) > (self.clock, self.at) {
            other
        } else {
            self
        }
    }

    /// [`Self::earliest`] with a time that may not be known yet.
    pub fn note_earliest(known: &mut Option<Self>, observed: Self) {
        *known = Some(known.map_or(observed, |time| time.earliest(observed)));
    }

    /// [`Self::latest`] with a time that may not be known yet.
    pub fn note_latest(known: &mut Option<Self>, observed: Self) {
        *known = Some(known.map_or(observed, |time| time.latest(observed)));
    }
}

/// Joins two reports of one value: a present value wins over an absent one, and the lesser of two values wins, so that the
/// order of the reports does not matter.
#[must_use]
pub fn least<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// [`least`] for texts, where an empty text counts as absent.
#[must_use]
pub fn least_text(a: String, b: String) -> String {
    if a.is_empty() || (!b.is_empty() && b < a) { b } else { a }
}

/// [`least`] for personal texts: known over sealed over erased over empty.
#[must_use]
pub fn least_personal(a: PersonalText, b: PersonalText) -> PersonalText {
    if weight(&b) < weight(&a) { b } else { a }
}

/// [`least_personal`] for values that may be absent.
#[must_use]
pub fn least_personal_option(a: Option<PersonalText>, b: Option<PersonalText>) -> Option<PersonalText> {
    match (a, b) {
        (Some(a), Some(b)) => Some(least_personal(a, b)),
        (a, b) => a.or(b),
    }
}

/// Whether the text is not empty. A sealed or erased text counts as not empty.
#[must_use]
pub fn says_something(text: &PersonalText) -> bool {
    text.text() != Some("")
}

fn weight(text: &PersonalText) -> (u8, &str) {
    match text {
        Personal::Known(text) if !text.is_empty() => (0, text),
        Personal::Sealed(bytes) => (1, bytes),
        Personal::Erased => (2, ""),
        Personal::Known(_) => (3, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provider_time_wins_over_local_time_and_then_the_earlier_one() {
        let provider = |s| ObservedAt::new(Timestamp::from_seconds(s), ClockSource::Provider);
        let local = |s| ObservedAt::new(Timestamp::from_seconds(s), ClockSource::Local);
        assert_eq!(local(1).earliest(provider(5)), provider(5));
        assert_eq!(provider(5).earliest(local(1)), provider(5));
        assert_eq!(provider(5).earliest(provider(3)), provider(3));
        assert_eq!(provider(5).latest(provider(3)), provider(5));
        assert_eq!(local(9).latest(provider(3)), provider(3));
    }

    #[test]
    fn empty_text_counts_as_absent() {
        assert_eq!(least_text(String::new(), "b".into()), "b");
        assert_eq!(least_text("b".into(), String::new()), "b");
        assert_eq!(least_text("b".into(), "a".into()), "a");
        assert_eq!(least_personal("".into(), "b".into()), "b".into());
        assert_eq!(least_personal(Personal::Erased, "b".into()), "b".into());
        assert_eq!(least_personal("".into(), Personal::Erased), Personal::Erased);
    }
}
