//! The kinds of calls, one file each: what happens in them, told as the requests that Twilio makes.

mod amd;
mod answered;
mod browser;
mod busy;
mod conference;
mod failed;
mod missed;
mod outbound;
mod recorded;
mod recording;
mod script;
mod taken_over;
mod voicemail;

use super::dice::Dice;
use super::plan::{DayOptions, PlannedCall};
use crate::twilio::sid::Mint;
use script::Script;
use std::time::Duration;

/// What kind of call it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Inbound, answered by the AI.
    Answered,
    /// Inbound, answered by the AI, recorded and transcribed.
    Recorded,
    /// Inbound, and nobody answered or the caller gave up.
    Missed,
    /// Inbound while the business is closed.
    Voicemail,
    /// Inbound, answered by the AI, then taken over by a person; sometimes held or transferred.
    TakenOver,
    /// From a browser to a person, who answers or not.
    Outbound,
    /// From a browser with answering-machine detection.
    MachineDetected,
    /// From a browser to a person who is on the phone already.
    Busy,
    /// From a browser to a number that cannot be reached.
    Failed,
}

impl Kind {
    /// All of them, with their share in a hundred calls.
    pub const SHARES: [(Self, usize); 9] = [
        (Self::Answered, 24),
        (Self::Recorded, 22),
        (Self::Missed, 12),
        (Self::Voicemail, 10),
        (Self::TakenOver, 10),
        (Self::Outbound, 10),
        (Self::MachineDetected, 4),
        (Self::Busy, 4),
        (Self::Failed, 4),
    ];

    /// What a person would call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered by the AI",
            Self::Recorded => "answered and recorded",
            Self::Missed => "missed",
            Self::Voicemail => "voicemail",
            Self::TakenOver => "taken over",
            Self::Outbound => "outbound from the browser",
            Self::MachineDetected => "outbound, machine detection",
            Self::Busy => "outbound, busy",
            Self::Failed => "outbound, failed",
        }
    }

    /// Whether such calls happen during opening hours.
    #[must_use]
    pub fn while_open(self) -> bool {
        self != Self::Voicemail
    }
}

/// How many of each kind, as a list of kinds: the shares of `calls`, where the largest remainders are rounded up.
pub(super) fn quotas(calls: usize) -> Vec<Kind> {
    let mut parts: Vec<_> = Kind::SHARES
        .iter()
        .map(|&(kind, share)| (kind, calls * share / 100, calls * share % 100))
        .collect();
    let missing = calls - parts.iter().map(|(_, whole, _)| whole).sum::<usize>();
    // A stable sort: among equal remainders, the kinds at the top of the list come first.
    parts.sort_by_key(|(_, _, remainder)| std::cmp::Reverse(*remainder));
    for (_, whole, _) in parts.iter_mut().take(missing) {
        *whole += 1;
    }
    parts
        .into_iter()
        .flat_map(|(kind, count, _)| std::iter::repeat_n(kind, count))
        .collect()
}

/// Tells one call, from its first request to its last.
pub(super) fn tell(kind: Kind, day: &DayOptions, mint: Mint, dice: Dice, start: Duration) -> PlannedCall {
    let mut script = Script::new(day, mint, dice, start);
    let ending = match kind {
        Kind::Answered => answered::tell(&mut script),
        Kind::Recorded => recorded::tell(&mut script),
        Kind::Missed => missed::tell(&mut script),
        Kind::Voicemail => voicemail::tell(&mut script),
        Kind::TakenOver => taken_over::tell(&mut script),
        Kind::Outbound => outbound::tell(&mut script),
        Kind::MachineDetected => amd::tell(&mut script),
        Kind::Busy => busy::tell(&mut script),
        Kind::Failed => failed::tell(&mut script),
    };
    script.close(kind, &ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_make_a_hundred() {
        assert_eq!(Kind::SHARES.iter().map(|(_, share)| share).sum::<usize>(), 100);
    }

    #[test]
    fn there_are_always_as_many_calls_as_asked_for() {
        for calls in [0, 1, 7, 99, 100, 201] {
            assert_eq!(quotas(calls).len(), calls);
        }
    }

    #[test]
    fn no_kind_is_forgotten_in_a_day_of_25_calls() {
        let told = quotas(25);
        assert!(Kind::SHARES.iter().all(|(kind, _)| told.contains(kind)), "{told:?}");
    }
}
