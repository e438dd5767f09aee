//! From the browser to a person, who answers, does not answer, or is given up on.

use super::script::{Ending, Script};
use crate::traffic::data::words::OUTBOUND;
use crate::twilio::params::{CallStatus, Leg};
use std::time::Duration;

/// How it goes, with its weight.
const WAYS: [(Way, u32); 4] = [
    (Way::Recorded, 5),
    (Way::Answered, 8),
    (Way::NoAnswer, 5),
    (Way::GivenUp, 2),
];

#[derive(Clone, Copy)]
enum Way {
    Recorded,
    Answered,
    NoAnswer,
    GivenUp,
}

pub(super) fn tell(script: &mut Script) -> Ending {
    let mut leg = script.dials_out();
    let (way, _) = *script.dice.weigh(&WAYS, |(_, weight)| *weight);
    match way {
        Way::Recorded => talks(script, &mut leg, true),
        Way::Answered => talks(script, &mut leg, false),
        Way::NoAnswer => {
            script.rings(&mut leg, 25_000..=60_000);
            script.ends(&mut leg, CallStatus::NoAnswer, Duration::ZERO, 480)
        }
        Way::GivenUp => {
            script.rings(&mut leg, 4_000..=15_000);
            script.ends(&mut leg, CallStatus::Canceled, Duration::ZERO, 487)
        }
    }
}

fn talks(script: &mut Script, leg: &mut Leg, recorded: bool) -> Ending {
    script.rings(leg, 3_000..=18_000);
    script.progresses(leg, CallStatus::InProgress);
    let answered = script.now;
    let recording = recorded.then(|| script.starts_recording("human"));
    script.wait(20_000..=600_000);
    let ending = script.ends(leg, CallStatus::Completed, script.since(answered), 200);
    if let Some(mut recording) = recording {
        script.stops_recording(&mut recording);
        let words = *script.dice.pick(&OUTBOUND);
        script.transcribes(leg, &recording, words);
    }
    ending
}
