//! Outbound call from the browser with asynchronous answering machine detection: the result arrives during the call.

use super::script::{Ending, Script};
use crate::traffic::data::words::MESSAGE_LEFT;
use crate::twilio::params::{CallStatus, Params};

/// `AnsweredBy`, with its weight.
const RESULTS: [(&str, u32); 7] = [
    ("human", 8),
    ("machine_end_beep", 7),
    ("machine_end_silence", 3),
    ("machine_end_other", 1),
    ("machine_start", 2),
    ("fax", 1),
    ("unknown", 2),
];

pub(super) fn build(script: &mut Script) -> Ending {
    let mut leg = script.dials_out();
    script.rings(&mut leg, 4_000..=20_000);
    script.progresses(&mut leg, CallStatus::InProgress);
    let answered = script.now;
    let mut recording = script.starts_recording("human");

    let (answered_by, _) = *script.rng.weigh(&RESULTS, |(_, weight)| *weight);
    // A person is recognized by a short greeting; the end of a machine's greeting only when it is over.
    let detection_ms = if answered_by == "human" {
        script.rng.number(1_200..=4_200)
    } else {
        script.rng.number(3_500..=22_000)
    };
    script.wait(detection_ms..=detection_ms);
    let params = Params::default()
        .with("AccountSid", &leg.account_sid)
        .with("CallSid", &leg.sid)
        .with("AnsweredBy", answered_by)
        .with("MachineDetectionDuration", detection_ms);
    script.post_for_call("/twilio/amd-status", &[], params);

    script.wait(if answered_by == "human" {
        20_000..=240_000
    } else {
        4_000..=18_000
    });
    let ending = script.ends(&mut leg, CallStatus::Completed, script.since(answered), 200);
    script.stops_recording(&mut recording);
    if answered_by.starts_with("machine_end") {
        script.transcribes(&leg, &recording, MESSAGE_LEFT);
    }
    ending
}
