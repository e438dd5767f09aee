//! [`ObservedAt`]: when something happened, and how well we know it; and the small joins by which late news improves early
//! news whatever the order in which they come.

use super::event::PersonalText;
use super::value::ClockSource;
use crate::{Personal, Timestamp};
use serde::{Deserialize, Serialize};

/// When something happened, by whose clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedAt {
    /// The moment.
    pub at: Timestamp,
    /// Whether the provider's own clock told it; else it is when we heard.
    pub clock: ClockSource,
}

impl ObservedAt {
    /// A moment told by the provider, or merely heard.
    #[must_use]
    pub const fn new(at: Timestamp, clock: ClockSource) -> Self {
        Self { at, clock }
    }

    /// The better of two reports of one moment: told over heard, then the earlier.
    #[must_use]
    pub fn earliest(self, other: Self) -> Self {
        let key = |moment: &Self| (!moment.clock.is_provider(), moment.at);
        if key(&other) < key(&self) { other } else { self }
    }

    /// For what happens again and again: told over heard, then the later.
    #[must_use]
    pub fn latest(self, other: Self) -> Self {
        if (other.clock, other.at) > (self.clock, self.at) {
            other
        } else {
            self
        }
    }

    /// [`Self::earliest`] for a moment that may not be known yet.
    pub fn note_earliest(known: &mut Option<Self>, heard: Self) {
        *known = Some(known.map_or(heard, |moment| moment.earliest(heard)));
    }

    /// [`Self::latest`] for a moment that may not be known yet.
    pub fn note_latest(known: &mut Option<Self>, heard: Self) {
        *known = Some(known.map_or(heard, |moment| moment.latest(heard)));
    }
}

/// Joins two reports of one value: something over nothing; when they disagree the lesser, so that the order in which
/// they came does not matter.
#[must_use]
pub fn least<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// [`least`] for texts where an empty one says nothing.
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

/// Whether the text says anything, even if nobody can read it any more.
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
    fn a_told_moment_outranks_a_heard_one_and_of_equals_the_earlier_stands() {
        let told = |s| ObservedAt::new(Timestamp::from_seconds(s), ClockSource::Provider);
        let heard = |s| ObservedAt::new(Timestamp::from_seconds(s), ClockSource::Local);
        assert_eq!(heard(1).earliest(told(5)), told(5));
        assert_eq!(told(5).earliest(heard(1)), told(5));
        assert_eq!(told(5).earliest(told(3)), told(3));
        assert_eq!(told(5).latest(told(3)), told(5));
        assert_eq!(heard(9).latest(told(3)), told(3));
    }

    #[test]
    fn an_empty_text_says_nothing() {
        assert_eq!(least_text(String::new(), "b".into()), "b");
        assert_eq!(least_text("b".into(), String::new()), "b");
        assert_eq!(least_text("b".into(), "a".into()), "a");
        assert_eq!(least_personal("".into(), "b".into()), "b".into());
        assert_eq!(least_personal(Personal::Erased, "b".into()), "b".into());
        assert_eq!(least_personal("".into(), Personal::Erased), Personal::Erased);
    }
}
