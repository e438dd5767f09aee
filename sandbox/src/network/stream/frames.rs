//! Splits a leg's audio into 20 ms frames as it is produced.
//!
//! Nothing is queued here: frames are computed from the leg's audio when the sender can take them. A slow reader
//! therefore needs no memory, at any clock speed.

use super::FRAME_BYTES;
use crate::network::sound;
use crate::network::switch::{Sound, State, Switch, Track, Utterance};
use audio::{RATE, mulaw, sounds};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::Arc;

/// Duration of a frame in milliseconds.
const FRAME_MS: u64 = (FRAME_BYTES as u64) * 1_000 / (RATE as u64);

/// One frame of one track.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub track: Track,
    /// Milliseconds from the start of the stream.
    pub timestamp: u64,
    /// 160 bytes of mu-law.
    pub sound: Vec<u8>,
}

/// The frames of a leg from `start` on.
#[derive(Debug)]
pub(super) struct Frames {
    call_sid: String,
    /// Cached index of the call.
    place: usize,
    start: DateTime<Utc>,
    tracks: Vec<Track>,
    /// Number of frames produced per track.
    cut: u64,
    /// Rendered sounds, by utterance ID.
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

    /// End of the frame that is `ahead` frames after the last one.
    pub(super) fn end_of(&self, ahead: u64) -> DateTime<Utc> {
        let ms = (self.cut + ahead).saturating_mul(FRAME_MS);
        self.start + TimeDelta::milliseconds(i64::try_from(ms).unwrap_or(i64::MAX))
    }

    /// The next frames that have ended at `until`, at most `most` of each track.
    pub(super) fn take(&mut self, net: &Switch, until: DateTime<Utc>, most: u64) -> Vec<Frame> {
        let over = (until - self.start).num_milliseconds().max(0);
        let over = u64::try_from(over).unwrap_or(0) / FRAME_MS;
        let count = over.saturating_sub(self.cut).min(most);
        if count == 0 {
            return vec![];
        }
        let samples = usize::try_from(count).unwrap_or(0) * FRAME_BYTES;
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
                let range = place * FRAME_BYTES..(place + 1) * FRAME_BYTES;
                self.tracks.iter().zip(&channels).map(move |(track, channel)| Frame {
                    track: *track,
                    timestamp: (first + number) * FRAME_MS,
                    sound: mulaw::encode(&channel[range.clone()]),
                })
            })
            .collect()
    }

    /// The utterances of a time span.
    fn heard(&mut self, net: &Switch, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Utterance> {
        let state = net.state();
        let Some(call) = state.call_at(&mut self.place, &self.call_sid) else {
            return vec![];
        };
        let in_span = |utterance: &&Utterance| {
            utterance.at < to && utterance.until > from && self.tracks.contains(&utterance.track)
        };
        call.sounds.iter().filter(in_span).cloned().collect()
    }

    /// The time up to which the leg's audio is final: on the leg itself, and on every leg that is heard on it.
    pub(super) fn settled(&mut self, net: &Switch) -> DateTime<Utc> {
        let now = net.clock.now();
        let state = net.state();
        let Some(call) = state.call_at(&mut self.place, &self.call_sid) else {
            return now;
        };
        let participants = call.conference.as_deref().map(|sid| joined(&state, sid));
        call.peer
            .as_deref()
            .into_iter()
            .chain(participants.into_iter().flatten())
            .filter_map(|sid| state.call(sid))
            .fold(call.watermark.limit(now), |settled, other| {
                settled.min(other.watermark.limit(now))
            })
    }

    /// The next samples of one track.
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
                // Music repeats; everything else ends.
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

    /// A time as samples from the start of the stream; negative before it.
    fn samples_at(&self, at: DateTime<Utc>) -> i64 {
        let time = at - self.start;
        let nanos = i128::from(time.num_seconds()) * 1_000_000_000 + i128::from(time.subsec_nanos());
        i64::try_from((nanos * i128::from(RATE)).div_euclid(1_000_000_000)).unwrap_or(i64::MAX)
    }

    fn sound(&mut self, utterance: &Utterance) -> Arc<Vec<i16>> {
        match &utterance.sound {
            // The audio of a stream grows while it plays.
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

fn joined<'a>(state: &'a State, conference: &str) -> impl Iterator<Item = &'a str> {
    let conference = state.conferences.iter().rev().find(|one| one.sid == conference);
    conference
        .into_iter()
        .flat_map(|conference| &conference.participants)
        .filter(|one| !one.ringing)
        .map(|one| one.call_sid.as_str())
}

/// Duration of a number of samples.
pub(super) fn time_of(samples: usize) -> TimeDelta {
    TimeDelta::from_std(audio::time_of(samples)).unwrap_or_default()
}
