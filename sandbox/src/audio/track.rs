//! Sound laid along time: what a recording of one channel is made of.

use super::RATE;
use super::symbols::to_sample;
use std::ops::Range;
use std::time::Duration;

/// How many samples at 8 kHz fill a time.
#[must_use]
pub fn samples_in(time: Duration) -> usize {
    usize::try_from(time.as_nanos() * u128::from(RATE) / 1_000_000_000).unwrap_or(usize::MAX)
}

/// The time that so many samples at 8 kHz fill.
#[must_use]
pub fn time_of(samples: usize) -> Duration {
    Duration::from_nanos((samples as u64).saturating_mul(1_000_000_000 / u64::from(RATE)))
}

/// Two sounds at once, as long as the longer one. Where both are loud, the loudest sample is as loud as it gets.
#[must_use]
pub fn mix(one: &[i16], other: &[i16]) -> Vec<i16> {
    let mut track = Track::default();
    track.lay(Duration::ZERO, one);
    track.lay(Duration::ZERO, other);
    track.into_samples()
}

/// A sound at another volume: 1.0 changes nothing, 0.0 is silence.
#[must_use]
pub fn at_volume(sound: &[i16], volume: f64) -> Vec<i16> {
    sound
        .iter()
        .map(|sample| to_sample(f64::from(*sample) * volume))
        .collect()
}

/// One channel at 8 kHz. It is silent where nothing was laid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Track(Vec<i16>);

impl Track {
    /// A track that is silent for so long.
    #[must_use]
    pub fn silent(time: Duration) -> Self {
        Self(vec![0; samples_in(time)])
    }

    /// How long it is.
    #[must_use]
    pub fn duration(&self) -> Duration {
        time_of(self.0.len())
    }

    /// Lays a sound over what is there, from this time on; the track grows as needed.
    pub fn lay(&mut self, at: Duration, sound: &[i16]) {
        let start = samples_in(at);
        let end = start + sound.len();
        if self.0.len() < end {
            self.0.resize(end, 0);
        }
        for (there, new) in self.0[start..end].iter_mut().zip(sound) {
            *there = there.saturating_add(*new);
        }
    }

    /// Adds a sound at the end.
    pub fn append(&mut self, sound: &[i16]) {
        self.0.extend_from_slice(sound);
    }

    /// Adds silence at the end, up to this time; a longer track stays as it is.
    pub fn extend_to(&mut self, time: Duration) {
        let length = samples_in(time);
        if self.0.len() < length {
            self.0.resize(length, 0);
        }
    }

    /// Takes everything away that lies after this time: the recording ends.
    pub fn end_at(&mut self, time: Duration) {
        self.0.truncate(samples_in(time));
    }

    /// Takes a piece out and closes the gap: the recording was paused.
    pub fn cut(&mut self, time: Range<Duration>) {
        let end = samples_in(time.end).min(self.0.len());
        let start = samples_in(time.start).min(end);
        self.0.drain(start..end);
    }

    /// Makes a piece silent and keeps its length: the recording was paused with `PauseBehavior=silence`
    /// (<https://www.twilio.com/docs/voice/api/recording#update-a-recording>).
    pub fn hush(&mut self, time: Range<Duration>) {
        let end = samples_in(time.end).min(self.0.len());
        let start = samples_in(time.start).min(end);
        self.0[start..end].fill(0);
    }

    /// The samples.
    #[must_use]
    pub fn samples(&self) -> &[i16] {
        &self.0
    }

    /// The samples, for keeps.
    #[must_use]
    pub fn into_samples(self) -> Vec<i16> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_laid_at_one_time_are_mixed_and_never_turn_over() {
        assert_eq!(mix(&[1, i16::MAX], &[2, 1, 7]), [3, i16::MAX, 7]);
    }

    #[test]
    fn a_cut_closes_the_gap_and_a_hush_keeps_it() {
        let mut track = Track::silent(Duration::from_millis(1));
        track.append(&[1; 8]);
        track.append(&[2; 8]);
        let second = Duration::from_millis(1)..Duration::from_millis(2);
        let mut hushed = track.clone();
        hushed.hush(second.clone());
        assert_eq!(hushed.samples(), [[0; 8], [0; 8], [2; 8]].concat());
        track.cut(second);
        assert_eq!(track.samples(), [[0; 8], [2; 8]].concat());
        track.cut(Duration::from_secs(9)..Duration::from_secs(10));
        assert_eq!(track.duration(), Duration::from_millis(2));
    }
}
