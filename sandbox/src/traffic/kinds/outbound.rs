//! Outbound call from the browser that is answered, not answered, or canceled.

use super::script::{Ending, Script};
use crate::traffic::data::words::OUTBOUND;
use crate::twilio::params::{CallStatus, LegParams};
use std::time::Duration;

/// Course of the call, with its weight.
const COURSES: [(Course, u32); 4] = [
    (Course::Recorded, 5),
    (Course::Answered, 8),
    (Course::NoAnswer, 5),
    (Course::Canceled, 2),
];

#[derive(Clone, Copy)]
enum Course {
    Recorded,
    Answered,
    NoAnswer,
    Canceled,
}

pub(super) fn build(script: &mut Script) -> Ending {
    let mut leg = script.dials_out();
    let (course, _) = *script.rng.weigh(&COURSES, |(_, weight)| *weight);
    match course {
        Course::Recorded => talks(script, &mut leg, true),
        Course::Answered => talks(script, &mut leg, false),
        Course::NoAnswer => {
            script.rings(&mut leg, 25_000..=60_000);
            script.ends(&mut leg, CallStatus::NoAnswer, Duration::ZERO, 480)
        }
        Course::Canceled => {
            script.rings(&mut leg, 4_000..=15_000);
            script.ends(&mut leg, CallStatus::Canceled, Duration::ZERO, 487)
        }
    }
}

fn talks(script: &mut Script, leg: &mut LegParams, recorded: bool) -> Ending {
    script.rings(leg, 3_000..=18_000);
    script.progresses(leg, CallStatus::InProgress);
    let answered = script.now;
    let recording = recorded.then(|| script.starts_recording("human"));
    script.wait(20_000..=600_000);
    let ending = script.ends(leg, CallStatus::Completed, script.since(answered), 200);
    if let Some(mut recording) = recording {
        script.stops_recording(&mut recording);
        let words = *script.rng.pick(&OUTBOUND);
        script.transcribes(leg, &recording, words);
    }
    ending
}
