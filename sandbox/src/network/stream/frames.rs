//! A leg's sound, cut into frames of 20 ms as it is made.
//!
//! Nothing waits in a queue here: frames are made of what was laid on the leg, when somebody can take them. So a reader
//! that is slow makes no heap, whatever the clock's speed.

use super::FRAME;
use crate::audio::{self, RATE, mulaw, sounds};
use crate::network::exchange::{Exchange, Sound, State, Track, Utterance};
use crate::network::sound;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::Arc;

/// Milliseconds of a frame.
const FRAME_MS: u64 = (FRAME as u64) * 1_000 / (RATE as u64);

/// One frame of one track.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub track: Track,
    /// From the beginning of the stream, in milliseconds.
    pub timestamp: u64,
    /// 160 bytes of mu-law.
    pub sound: Vec<u8>,
}

/// The frames of a leg from a moment on.
#[derive(Debug)]
pub(super) struct Frames {
    call_sid: String,
    /// Where the call was found in the books.
    place: usize,
    start: DateTime<Utc>,
    tracks: Vec<Track>,
    /// How many of each track were cut.
    cut: u64,
    /// Sounds that were made, by the number of their utterance.
    made: HashMap<u64, Arc<Vec<i16>>>,
}

impl Frames {
    pub(super) fn new(call_sid: String, start: DateTime<Utc>, tracks: Vec<Track>) -> Self {
        Self {
            call_sid,
            place: 0,
            start,
            tracks,
            cut: 0,
            made: HashMap::new(),
        }
    }

    pub(super) fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// When so many frames from now are over.
    pub(super) fn end_of(&self, ahead: u64) -> DateTime<Utc> {
        let ms = (self.cut + ahead).saturating_mul(FRAME_MS);
        self.start + TimeDelta::milliseconds(i64::try_from(ms).unwrap_or(i64::MAX))
    }

    /// The next frames that are over at this time, at most so many of each track.
    pub(super) fn take(&mut self, net: &Exchange, until: DateTime<Utc>, most: u64) -> Vec<Frame> {
        let over = (until - self.start).num_milliseconds().max(0);
        let over = u64::try_from(over).unwrap_or(0) / FRAME_MS;
        let count = over.saturating_sub(self.cut).min(most);
        if count == 0 {
            return vec![];
        }
        let samples = usize::try_from(count).unwrap_or(0) * FRAME;
        let heard = self.heard(net, self.end_of(0), self.end_of(count));
        let channels: Vec<Vec<i16>> = self
            .tracks
            .clone()
            .into_iter()
            .map(|track| self.channel(&heard, track, samples))
            .collect();
        self.made
            .retain(|id, _| heard.iter().any(|utterance| utterance.id == *id));
        let first = self.cut;
        self.cut += count;
        (0..count)
            .zip(0..)
            .flat_map(|(number, place)| {
                let range = place * FRAME..(place + 1) * FRAME;
                self.tracks.iter().zip(&channels).map(move |(track, channel)| Frame {
                    track: *track,
                    timestamp: (first + number) * FRAME_MS,
                    sound: mulaw::encode(&channel[range.clone()]),
                })
            })
            .collect()
    }

    /// What can be heard in a piece of time.
    fn heard(&mut self, net: &Exchange, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Utterance> {
        let state = net.state();
        let Some(call) = state.call_at(&mut self.place, &self.call_sid) else {
            return vec![];
        };
        let wanted = |utterance: &&Utterance| {
            utterance.at < to && utterance.until > from && self.tracks.contains(&utterance.track)
        };
        call.sounds.iter().filter(wanted).cloned().collect()
    }

    /// Until when what is heard on the leg is settled: by itself, and by everybody who is heard on it.
    pub(super) fn settled(&mut self, net: &Exchange) -> DateTime<Utc> {
        let now = net.clock.now();
        let state = net.state();
        let Some(call) = state.call_at(&mut self.place, &self.call_sid) else {
            return now;
        };
        let room = call.conference.as_deref().map(|sid| seated(&state, sid));
        call.peer
            .as_deref()
            .into_iter()
            .chain(room.into_iter().flatten())
            .filter_map(|sid| state.call(sid))
            .fold(call.horizon.limit(now), |settled, other| {
                settled.min(other.horizon.limit(now))
            })
    }

    /// One track of the next so many samples.
    fn channel(&mut self, heard: &[Utterance], track: Track, samples: usize) -> Vec<i16> {
        let start = self.samples_at(self.end_of(0));
        let mut channel = vec![0_i16; samples];
        for utterance in heard.iter().filter(|utterance| utterance.track == track) {
            let sound = self.sound(utterance);
            if sound.is_empty() {
                continue;
            }
            let begins = self.samples_at(utterance.at);
            let ends = self.samples_at(utterance.until);
            for (sample, place) in channel.iter_mut().zip(start..) {
                if !(begins..ends).contains(&place) {
                    continue;
                }
                let Ok(inside) = usize::try_from(place - begins) else {
                    continue;
                };
                // Music begins again and again; everything else is over at its end.
                let inside = match utterance.sound {
                    Sound::Music => inside % sound.len(),
                    _ => inside,
                };
                if let Some(heard) = sound.get(inside) {
                    *sample = sample.saturating_add(*heard);
                }
            }
        }
        channel
    }

    /// A moment as samples from the beginning of the stream, before it too.
    fn samples_at(&self, at: DateTime<Utc>) -> i64 {
        let time = at - self.start;
        let nanos = i128::from(time.num_seconds()) * 1_000_000_000 + i128::from(time.subsec_nanos());
        i64::try_from((nanos * i128::from(RATE)).div_euclid(1_000_000_000)).unwrap_or(i64::MAX)
    }

    fn sound(&mut self, utterance: &Utterance) -> Arc<Vec<i16>> {
        match &utterance.sound {
            // A played stream grows.
            Sound::Samples(samples) => Arc::clone(samples),
            Sound::Silence(_) => Arc::default(),
            Sound::Music => Arc::clone(
                self.made
                    .entry(utterance.id)
                    .or_insert_with(|| Arc::new(sounds::music(sounds::MUSIC_ROUND))),
            ),
            words => Arc::clone(
                self.made
                    .entry(utterance.id)
                    .or_insert_with(|| Arc::new(sound::samples(words, TimeDelta::zero()))),
            ),
        }
    }
}

fn seated<'a>(state: &'a State, conference: &str) -> impl Iterator<Item = &'a str> {
    let conference = state.conferences.iter().rev().find(|one| one.sid == conference);
    conference
        .into_iter()
        .flat_map(|conference| &conference.participants)
        .filter(|one| !one.ringing)
        .map(|one| one.call_sid.as_str())
}

/// A time that so many samples fill.
pub(super) fn time_of(samples: usize) -> TimeDelta {
    TimeDelta::from_std(audio::time_of(samples)).unwrap_or_default()
}
