//! Plays the service's audio on a leg: buffered, in order, with marks, until cleared.
//! <https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-websocket-messages-to-twilio>
//!
//! The audio is added to the leg as one growing sound, so that recordings and other streams contain it too. Its words
//! are reported as [`DecodedSpeech`].

use super::frames::time_of;
use super::speech_decoder::{DecodedSpeech, SpeechDecoder};
use crate::network::switch::{Sound, State, Switch, Track, Utterance};
use audio::mulaw;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::VecDeque;
use std::sync::Arc;

/// Delay before playing into an empty buffer, so that the next message may be slightly late.
const JITTER_BUFFER_DELAY: TimeDelta = TimeDelta::milliseconds(100);

/// The playback buffer of one stream.
#[derive(Debug, Default)]
pub struct Player {
    /// Utterance ID of the playing sound.
    playing: Option<u64>,
    /// End of the buffered audio.
    end: DateTime<Utc>,
    marks: VecDeque<(String, DateTime<Utc>)>,
    decoder: SpeechDecoder,
}

impl Player {
    /// Appends mu-law audio to the buffer.
    pub fn media(&mut self, net: &Switch, call_sid: &str, sound: &[u8], at: DateTime<Utc>) {
        if sound.is_empty() {
            return;
        }
        let samples = mulaw::decode(sound);
        let is_idle = self.end <= at;
        if is_idle {
            self.end = at + JITTER_BUFFER_DELAY;
        }
        let (start, end) = (self.end, self.end + time_of(samples.len()));
        self.decoder.append(start, &samples);
        self.end = end;
        let growing = self.playing.filter(|_| !is_idle);
        let mut state = net.state();
        let Some(call) = state.call_mut(call_sid) else { return };
        if let Some(id) = growing
            && let Some(sound) = call.sounds.iter_mut().rev().find(|known| known.id == id)
            && let Sound::Samples(played) = &mut sound.sound
        {
            Arc::make_mut(played).extend(&samples);
            sound.until = end;
            return;
        }
        if let Some(id) = self.playing.take() {
            forget(&mut state, call_sid, id);
        }
        let id = net.count();
        self.playing = Some(id);
        let Some(call) = state.call_mut(call_sid) else { return };
        call.sounds.push(Utterance {
            id,
            track: Track::Outbound,
            at: start,
            until: end,
            sound: Sound::Samples(Arc::new(samples)),
        });
    }

    /// Appends a mark. It is due immediately if the buffer is empty.
    pub fn mark(&mut self, name: String, at: DateTime<Utc>) {
        self.marks.push_back((name, self.end.max(at)));
    }

    /// Time of the next mark or decoding step.
    #[must_use]
    pub fn due(&self) -> Option<DateTime<Utc>> {
        let mark = self.marks.front().map(|(_, at)| *at);
        [mark, self.decoder.due()].into_iter().flatten().min()
    }

    /// The marks reached until now, in order.
    pub fn played(&mut self, now: DateTime<Utc>) -> Vec<(String, DateTime<Utc>)> {
        let count = self.marks.iter().take_while(|(_, at)| *at <= now).count();
        self.marks.drain(..count).collect()
    }

    /// The speech decoded until now.
    pub fn heard(&mut self, now: DateTime<Utc>) -> Vec<DecodedSpeech> {
        self.decoder.decode(now)
    }

    /// Clears the buffer. Returns its marks, and the speech heard until now.
    pub fn clear(&mut self, net: &Switch, now: DateTime<Utc>) -> (Vec<String>, Vec<DecodedSpeech>) {
        if let Some(id) = self.playing.take() {
            net.cut_sound(id, now);
        }
        self.end = self.end.min(now);
        let marks = self.marks.drain(..).map(|(name, _)| name).collect();
        (marks, self.decoder.cut(now))
    }
}

/// Replaces a played sound by silence of the same length if nothing reads it any more: an hour takes 60 MB.
fn forget(state: &mut State, call_sid: &str, id: u64) {
    let is_recorded = state
        .recordings
        .iter()
        .any(|recording| recording.call_sid == call_sid && recording.completed.is_none());
    let running = state
        .streams
        .iter()
        .filter(|stream| stream.is_running && stream.call_sid == call_sid);
    if is_recorded || running.count() > 1 {
        return;
    }
    let Some(call) = state.call_mut(call_sid) else { return };
    if let Some(played) = call.sounds.iter_mut().rev().find(|known| known.id == id) {
        played.sound = Sound::Silence((played.until - played.at).num_milliseconds());
    }
}
