//! Kinds of calls, one file each. Each builds the sequence of requests that Twilio sends for such a call.

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

use super::plan::{DayOptions, PlannedCall};
use super::rng::SeededRng;
use crate::twilio::sid::Mint;
use script::Script;
use std::time::Duration;

/// Kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Inbound, answered by the AI, not recorded.
    Answered,
    /// Inbound, answered by the AI, recorded and transcribed.
    Recorded,
    /// Inbound, not answered or canceled by the caller.
    Missed,
    /// Inbound outside business hours.
    Voicemail,
    /// Inbound, answered by the AI, then taken over by a team member; some are held or transferred.
    TakenOver,
    /// From a browser; answered, not answered or canceled.
    Outbound,
    /// From a browser with answering-machine detection.
    MachineDetected,
    /// From a browser to a busy number.
    Busy,
    /// From a browser to an unreachable number.
    Failed,
}

impl Kind {
    /// All kinds, with their share in percent.
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

    /// Display name.
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

    /// Whether such calls take place during business hours.
    #[must_use]
    pub fn while_open(self) -> bool {
        self != Self::Voicemail
    }
}

/// List of kinds for `calls` calls, by their shares; the largest remainders are rounded up.
pub(super) fn quotas(calls: usize) -> Vec<Kind> {
    let mut parts: Vec<_> = Kind::SHARES
        .iter()
        .map(|&(kind, share)| (kind, calls * share / 100, calls * share % 100))
        .collect();
    let missing = calls - parts.iter().map(|(_, whole, _)| whole).sum::<usize>();
    // The sort is stable: among equal remainders, earlier kinds take precedence.
    parts.sort_by_key(|(_, _, remainder)| std::cmp::Reverse(*remainder));
    for (_, whole, _) in parts.iter_mut().take(missing) {
        *whole += 1;
    }
    parts
        .into_iter()
        .flat_map(|(kind, count, _)| std::iter::repeat_n(kind, count))
        .collect()
}

/// Builds one call with all its requests.
pub(super) fn build(kind: Kind, day: &DayOptions, mint: Mint, rng: SeededRng, start: Duration) -> PlannedCall {
    let mut script = Script::new(day, mint, rng, start);
    let ending = match kind {
        Kind::Answered => answered::build(&mut script),
        Kind::Recorded => recorded::build(&mut script),
        Kind::Missed => missed::build(&mut script),
        Kind::Voicemail => voicemail::build(&mut script),
        Kind::TakenOver => taken_over::build(&mut script),
        Kind::Outbound => outbound::build(&mut script),
        Kind::MachineDetected => amd::build(&mut script),
        Kind::Busy => busy::build(&mut script),
        Kind::Failed => failed::build(&mut script),
    };
    script.close(kind, &ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_100_percent() {
        assert_eq!(Kind::SHARES.iter().map(|(_, share)| share).sum::<usize>(), 100);
    }

    #[test]
    fn quotas_add_up_to_the_number_of_calls() {
        for calls in [0, 1, 7, 99, 100, 201] {
            assert_eq!(quotas(calls).len(), calls);
        }
    }

    #[test]
    fn day_of_25_calls_contains_every_kind() {
        let kinds = quotas(25);
        assert!(Kind::SHARES.iter().all(|(kind, _)| kinds.contains(kind)), "{kinds:?}");
    }
}
