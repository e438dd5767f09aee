//! Timeline of one audio channel, from which recordings are made.

use crate::RATE;
use crate::symbols::to_sample;
use std::ops::Range;
use std::time::Duration;

/// Number of samples in a duration, at 8 kHz.
#[must_use]
pub fn samples_in(time: Duration) -> usize {
    usize::try_from(time.as_nanos() * u128::from(RATE) / 1_000_000_000).unwrap_or(usize::MAX)
}

/// Duration of a number of samples, at 8 kHz.
#[must_use]
pub fn time_of(samples: usize) -> Duration {
    Duration::from_nanos((samples as u64).saturating_mul(1_000_000_000 / u64::from(RATE)))
}

/// Mixes two sounds; the result is as long as the longer one. Samples are clamped, not wrapped.
#[must_use]
pub fn mix(one: &[i16], other: &[i16]) -> Vec<i16> {
    let mut track = Track::default();
    track.lay(Duration::ZERO, one);
    track.lay(Duration::ZERO, other);
    track.into_samples()
}

/// Scales the volume: 1.0 changes nothing, 0.0 is silence.
#[must_use]
pub fn at_volume(sound: &[i16], volume: f64) -> Vec<i16> {
    sound
        .iter()
        .map(|sample| to_sample(f64::from(*sample) * volume))
        .collect()
}

/// One channel at 8 kHz, silent where no sound was added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Track(Vec<i16>);

impl Track {
    /// A silent track of this duration.
    #[must_use]
    pub fn silent(time: Duration) -> Self {
        Self(vec![0; samples_in(time)])
    }

    /// Duration of the track.
    #[must_use]
    pub fn duration(&self) -> Duration {
        time_of(self.0.len())
    }

    /// Mixes a sound into the track at this time; the track grows as needed.
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

    /// Appends a sound.
    pub fn append(&mut self, sound: &[i16]) {
        self.0.extend_from_slice(sound);
    }

    /// Appends silence up to this time. A longer track is unchanged.
    pub fn extend_to(&mut self, time: Duration) {
        let length = samples_in(time);
        if self.0.len() < length {
            self.0.resize(length, 0);
        }
    }

    /// Truncates the track at this time, where the recording ended.
    pub fn end_at(&mut self, time: Duration) {
        self.0.truncate(samples_in(time));
    }

    /// Removes a range and closes the gap, for a paused recording.
    pub fn cut(&mut self, time: Range<Duration>) {
        let end = samples_in(time.end).min(self.0.len());
        let start = samples_in(time.start).min(end);
        self.0.drain(start..end);
    }

    /// Silences a range and keeps its length, for a recording that was paused with `PauseBehavior=silence`
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

    /// Consumes the track and returns its samples.
    #[must_use]
    pub fn into_samples(self) -> Vec<i16> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_samples_are_clamped_and_never_wrap() {
        assert_eq!(mix(&[1, i16::MAX], &[2, 1, 7]), [3, i16::MAX, 7]);
    }

    #[test]
    fn cut_closes_the_gap_and_hush_keeps_it() {
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
