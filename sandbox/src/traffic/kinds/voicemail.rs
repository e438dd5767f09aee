//! Inbound call outside business hours: the caller is sent to voicemail and may leave a message.

use super::script::{Ending, Script};
use crate::traffic::data::words::VOICEMAILS;
use crate::twilio::params::{CallStatus, LegParams};

pub(super) fn build(script: &mut Script) -> Ending {
    let mut leg = script.rings_in();
    let answered = script.now;
    script.wait(300..=900);
    script.post("/twilio/voicemail", leg.standard(CallStatus::InProgress));
    script.wait(6_000..=9_000);

    // A caller who hangs up at the beep leaves an empty recording, for which Twilio sends no callback.
    if script.rng.chance(0.12) {
        return script.hangs_up(&mut leg, CallStatus::Completed, Some(answered));
    }
    leaves_message(script, &mut leg, answered)
}

fn leaves_message(script: &mut Script, leg: &mut LegParams, answered: std::time::Duration) -> Ending {
    let mut message = script.recording("voicemail");
    script.wait(5_000..=75_000);
    message.length = script.since(message.started);

    // The message ends with a key, while the call continues, or with the call.
    let by_key = script.rng.chance(0.25);
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
    let words = *script.rng.pick(&VOICEMAILS);
    script.transcribes(leg, &message, words);
    ending
}
