//! Inbound call, answered by the AI, recorded and transcribed.

use super::script::{Ending, Script};
use crate::twilio::params::CallStatus;

pub(super) fn build(script: &mut Script) -> Ending {
    let mut leg = script.rings_in();
    let answered = script.now;
    let mut recording = script.starts_recording("ai");

    // Some callers hang up before speaking; Twilio then reports the recording as absent.
    if script.rng.chance(0.05) {
        script.wait(500..=1_500);
        let ending = script.hangs_up(&mut leg, CallStatus::Completed, Some(answered));
        script.finds_nothing_recorded(&recording);
        return ending;
    }

    script.wait(20_000..=480_000);
    let ending = script.hangs_up(&mut leg, CallStatus::Completed, Some(answered));
    script.stops_recording(&mut recording);
    script.transcribes(&leg, &recording, script.conversation().with_ai);
    ending
}
