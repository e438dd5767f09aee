//! Inbound while the business is closed: the caller is sent to voicemail and leaves a message, or not.

use super::script::{Ending, Script};
use crate::traffic::data::words::VOICEMAILS;
use crate::twilio::params::{CallStatus, Leg};

pub(super) fn tell(script: &mut Script) -> Ending {
    let mut leg = script.rings_in();
    let answered = script.now;
    script.wait(300..=900);
    script.post("/twilio/voicemail", leg.standard(CallStatus::InProgress));
    script.wait(6_000..=9_000);

    // Who hangs up at the beep leaves an empty recording, about which Twilio says nothing.
    if script.dice.chance(0.12) {
        return script.hangs_up(&mut leg, CallStatus::Completed, Some(answered));
    }
    leaves_message(script, &mut leg, answered)
}

fn leaves_message(script: &mut Script, leg: &mut Leg, answered: std::time::Duration) -> Ending {
    let mut message = script.recording("voicemail");
    script.wait(5_000..=75_000);
    message.length = script.since(message.started);

    // The message ends with a key, and the call goes on; or with the call.
    let by_key = script.dice.chance(0.25);
    let status = if by_key {
        CallStatus::InProgress
    } else {
        CallStatus::Completed
    };
    script.wait(200..=900);
    let done = leg
        .standard(status)
        .with("RecordingSid", &message.sid)
        .with("RecordingUrl", message.url(script))
        .with("RecordingDuration", message.length.as_secs())
        .with("Digits", if by_key { "#" } else { "hangup" });
    script.post("/twilio/voicemail-done", done);
    if by_key {
        script.wait(2_000..=4_000);
    }

    let ending = script.hangs_up(leg, CallStatus::Completed, Some(answered));
    let words = *script.dice.pick(&VOICEMAILS);
    script.transcribes(leg, &message, words);
    ending
}
