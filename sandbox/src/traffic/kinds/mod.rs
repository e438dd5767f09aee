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

use super::call::{Kind, PlannedCall};
use super::day::DayOptions;
use super::rng::SeededRng;
use crate::twilio::sid::Mint;
use script::Script;
use std::time::Duration;

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
