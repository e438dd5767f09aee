//! What the service plays on a leg: buffered and played in order, with marks between, until it is cleared.
//! <https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-websocket-messages-to-twilio>
//!
//! What is played is laid on the leg as one sound that grows, so that recordings and other streams hear it too. What the
//! person makes of it is told by [`Heard`].

use super::ear::{Ear, Heard};
use super::frames::time_of;
use crate::audio::mulaw;
use crate::network::exchange::{Exchange, Sound, State, Track, Utterance};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::VecDeque;
use std::sync::Arc;

/// How long something waits to be played when nothing else is, so that what follows it may come a little late.
const JITTER: TimeDelta = TimeDelta::milliseconds(100);

/// The buffer of one stream.
#[derive(Debug, Default)]
pub struct Player {
    /// The sound that is played, by its number.
    playing: Option<u64>,
    /// When everything in the buffer was played.
    end: DateTime<Utc>,
    marks: VecDeque<(String, DateTime<Utc>)>,
    ear: Ear,
}

impl Player {
    /// Sound to be played after what is in the buffer, in mu-law.
    pub fn media(&mut self, net: &Exchange, call_sid: &str, sound: &[u8], at: DateTime<Utc>) {
        if sound.is_empty() {
            return;
        }
        let samples = mulaw::decode(sound);
        let is_idle = self.end <= at;
        if is_idle {
            self.end = at + JITTER;
        }
        let (start, end) = (self.end, self.end + time_of(samples.len()));
        self.ear.takes(start, &samples);
        self.end = end;
        let growing = self.playing.filter(|_| !is_idle);
        let mut state = net.state();
        let Some(call) = state.call_mut(call_sid) else { return };
        if let Some(id) = growing
            && let Some(there) = call.sounds.iter_mut().rev().find(|known| known.id == id)
            && let Sound::Samples(played) = &mut there.sound
        {
            Arc::make_mut(played).extend(&samples);
            there.until = end;
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

    /// A mark behind what is in the buffer. It is played at once if there is nothing.
    pub fn mark(&mut self, name: String, at: DateTime<Utc>) {
        self.marks.push_back((name, self.end.max(at)));
    }

    /// When something happens next by itself.
    #[must_use]
    pub fn due(&self) -> Option<DateTime<Utc>> {
        let mark = self.marks.front().map(|(_, at)| *at);
        [mark, self.ear.due()].into_iter().flatten().min()
    }

    /// The marks that were played until now, in order.
    pub fn played(&mut self, now: DateTime<Utc>) -> Vec<(String, DateTime<Utc>)> {
        let count = self.marks.iter().take_while(|(_, at)| *at <= now).count();
        self.marks.drain(..count).collect()
    }

    /// What was understood until now.
    pub fn heard(&mut self, now: DateTime<Utc>) -> Vec<Heard> {
        self.ear.hear(now)
    }

    /// Plays nothing more of what is in the buffer. Gives the marks in it, and what was heard until now.
    pub fn clear(&mut self, net: &Exchange, now: DateTime<Utc>) -> (Vec<String>, Vec<Heard>) {
        if let Some(id) = self.playing.take() {
            net.cut(id, now);
        }
        self.end = self.end.min(now);
        let marks = self.marks.drain(..).map(|(name, _)| name).collect();
        (marks, self.ear.cut(now))
    }
}

/// Of a sound that was played and that nobody wants any more, only its length is kept: an hour of it is 60 MB.
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
