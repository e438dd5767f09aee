//! From the browser with asynchronous answering-machine detection: the verdict comes while the call runs.

use super::script::{Ending, Script};
use crate::traffic::data::words::MESSAGE_LEFT;
use crate::twilio::params::{CallStatus, Params};

/// `AnsweredBy`, with its weight.
const VERDICTS: [(&str, u32); 7] = [
    ("human", 8),
    ("machine_end_beep", 7),
    ("machine_end_silence", 3),
    ("machine_end_other", 1),
    ("machine_start", 2),
    ("fax", 1),
    ("unknown", 2),
];

pub(super) fn tell(script: &mut Script) -> Ending {
    let mut leg = script.dials_out();
    script.rings(&mut leg, 4_000..=20_000);
    script.progresses(&mut leg, CallStatus::InProgress);
    let answered = script.now;
    let mut recording = script.starts_recording("human");

    let (verdict, _) = *script.dice.weigh(&VERDICTS, |(_, weight)| *weight);
    // A person is known by a short greeting; a machine's end only when its greeting is over.
    let took = if verdict == "human" {
        script.dice.number(1_200..=4_200)
    } else {
        script.dice.number(3_500..=22_000)
    };
    script.wait(took..=took);
    let params = Params::default()
        .with("AccountSid", &leg.account_sid)
        .with("CallSid", &leg.sid)
        .with("AnsweredBy", verdict)
        .with("MachineDetectionDuration", took);
    script.post_for_call("/twilio/amd-status", &[], params);

    script.wait(if verdict == "human" {
        20_000..=240_000
    } else {
        4_000..=18_000
    });
    let ending = script.ends(&mut leg, CallStatus::Completed, script.since(answered), 200);
    script.stops_recording(&mut recording);
    if verdict.starts_with("machine_end") {
        script.transcribes(&leg, &recording, MESSAGE_LEFT);
    }
    ending
}
