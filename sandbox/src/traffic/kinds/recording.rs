//! Recordings and transcripts, for all kinds of calls.

use super::script::Script;
use crate::twilio::params::{CallStatus, LegParams, Params, rfc_2822};
use std::time::Duration;

/// A recording of a call.
pub(super) struct Recording {
    /// `RE...`
    pub sid: String,
    /// `ai`, `human` or `voicemail`.
    pub phase: &'static str,
    pub started: Duration,
    pub length: Duration,
}

impl Recording {
    /// URL of the audio.
    pub fn url(&self, script: &Script) -> String {
        let (base, account) = (&script.day.api_base, &script.day.account_sid);
        format!("{base}/2010-04-01/Accounts/{account}/Recordings/{}", self.sid)
    }
}

impl Script<'_> {
    /// Creates a recording that begins now, without a callback.
    pub fn recording(&self, phase: &'static str) -> Recording {
        Recording {
            sid: self.mint.sid("RE", phase),
            phase,
            started: self.now,
            length: Duration::ZERO,
        }
    }

    /// Starts recording the call, shortly after its TwiML was returned.
    pub fn starts_recording(&mut self, phase: &'static str) -> Recording {
        self.wait(300..=1_500);
        let recording = self.recording(phase);
        self.recording_status(&recording, "in-progress", None);
        recording
    }

    /// Stops recording. The audio is ready some seconds later; the call continues meanwhile.
    pub fn stops_recording(&mut self, recording: &mut Recording) {
        recording.length = self.since(recording.started);
        self.meanwhile(1_500..=9_000, |script| {
            script.recording_status(recording, "completed", Some(recording.length));
        });
    }

    /// Stops a recording that is empty (`absent`).
    pub fn finds_nothing_recorded(&mut self, recording: &Recording) {
        self.meanwhile(1_500..=9_000, |script| {
            script.recording_status(recording, "absent", Some(Duration::ZERO));
        });
    }

    /// Posts the transcript of a recording, some time after its audio. One in 25 transcriptions fails.
    pub fn transcribes(&mut self, leg: &LegParams, recording: &Recording, words: &str) {
        let failed = self.rng.chance(0.04);
        let words = self.say(words);
        self.meanwhile(12_000..=90_000, |script| {
            let (account, base) = (&script.day.account_sid, &script.day.api_base);
            let sid = script.mint.sid("TR", recording.phase);
            let params = leg
                .standard(CallStatus::Completed)
                .with(
                    "TranscriptionUrl",
                    format!("{base}/2010-04-01/Accounts/{account}/Transcriptions/{sid}"),
                )
                .with("TranscriptionSid", sid)
                .with("TranscriptionStatus", if failed { "failed" } else { "completed" })
                .with("TranscriptionText", if failed { "" } else { &words })
                .with("TranscriptionType", "fast")
                .with("RecordingSid", &recording.sid)
                .with("RecordingUrl", recording.url(script));
            script.post_for_call("/twilio/transcription-status", &[("phase", recording.phase)], params);
        });
    }

    /// Runs `during` this many milliseconds from now, without advancing the time of the call.
    pub fn meanwhile(&mut self, millis: std::ops::RangeInclusive<u64>, during: impl FnOnce(&mut Self)) {
        let now = self.now;
        self.wait(millis);
        during(self);
        self.now = now;
    }

    fn recording_status(&mut self, recording: &Recording, status: &str, length: Option<Duration>) {
        let params = Params::default()
            .with("AccountSid", &self.day.account_sid)
            // Always the first leg, whichever leg is recorded.
            .with("CallSid", &self.call_sid)
            .with("RecordingSid", &recording.sid)
            .with("RecordingUrl", recording.url(self))
            .with("RecordingStatus", status)
            .with("RecordingChannels", if recording.phase == "voicemail" { 1 } else { 2 })
            .with("RecordingStartTime", rfc_2822(self.day.midnight() + recording.started))
            .with("RecordingSource", "StartCallRecordingAPI")
            .with("RecordingTrack", "both")
            .with("ErrorCode", 0);
        let params = match length {
            Some(length) => params.with("RecordingDuration", length.as_secs()),
            None => params,
        };
        self.post_for_call("/twilio/recording-status", &[("phase", recording.phase)], params);
    }
}
