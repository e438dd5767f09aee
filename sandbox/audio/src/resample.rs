//! Sample rate conversion, for files at 16, 24 or 48 kHz; a telephone uses 8 kHz.

use crate::symbols::to_sample;
use std::f64::consts::PI;

/// Half-width of the sinc kernel, in periods of the narrower band.
const KERNEL_HALF_WIDTH: f64 = 8.0;

/// Converts audio between sample rates in Hz with a windowed sinc that cuts off below half the lower rate.
///
/// # Panics
/// When a rate is 0.
#[must_use]
pub fn resample(sound: &[i16], from: u32, to: u32) -> Vec<i16> {
    assert!(from > 0 && to > 0, "sample rates must be above zero");
    if from == to {
        return sound.to_vec();
    }
    let (from_rate, to_rate) = (f64::from(from), f64::from(to));
    let band = 0.95 * (to_rate / from_rate).min(1.0);
    let reach = KERNEL_HALF_WIDTH / band;
    let length = sound.len() as u64 * u64::from(to) / u64::from(from);
    (0..length)
        .map(|n| {
            // Integer and fractional part are computed separately to keep precision over hours of audio.
            let position = n * u64::from(from);
            let (whole, rest) = (position / u64::from(to), position % u64::from(to));
            let whole = usize::try_from(whole).unwrap_or(usize::MAX);
            let rest = u32::try_from(rest).map_or(0.0, f64::from) / to_rate;
            to_sample(at(sound, whole, rest, band, reach))
        })
        .collect()
}

fn at(sound: &[i16], whole: usize, rest: f64, band: f64, reach: f64) -> f64 {
    let mut sum = 0.0;
    let mut add = |sample: i16, distance: f64| sum += f64::from(sample) * kernel(distance, band, reach);
    let mut distance = rest;
    for sample in sound[..=whole.min(sound.len() - 1)].iter().rev() {
        if distance > reach {
            break;
        }
        add(*sample, distance);
        distance += 1.0;
    }
    let mut distance = 1.0 - rest;
    for sample in sound.iter().skip(whole + 1) {
        if distance > reach {
            break;
        }
        add(*sample, distance);
        distance += 1.0;
    }
    // Samples outside the audio count as silence.
    sum * band
}

fn kernel(distance: f64, band: f64, reach: f64) -> f64 {
    let window = 0.5 + 0.5 * (PI * distance / reach).cos();
    let x = PI * distance * band;
    let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
    window * sinc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RATE, Voice, decode_speech, encode_speech, encode_speech_at, sounds};
    use std::time::Duration;

    #[test]
    fn resampled_speech_is_decoded() {
        let text = "The quick brown fox";
        for rate in [16_000, 24_000, 44_100, 48_000] {
            let wide = resample(&encode_speech(text, Voice::Ai), RATE, rate);
            assert_eq!(decode_speech(&resample(&wide, rate, RATE))[0].text, text, "{rate}");
        }
        let spoken = encode_speech_at(text, Voice::Ai, 24_000);
        assert_eq!(decode_speech(&resample(&spoken, 24_000, RATE))[0].text, text);
    }

    #[test]
    fn resampled_tone_keeps_volume_and_duration() {
        let tone = sounds::tone(1_000, Duration::from_millis(100));
        let wide = resample(&tone, RATE, 24_000);
        assert_eq!(wide.len(), 2_400);
        let peak = wide.iter().map(|sample| sample.unsigned_abs()).max();
        assert!(peak.is_some_and(|peak| (2_900..3_100).contains(&peak)), "{peak:?}");
        assert_eq!(resample(&[], 8_000, 24_000), [0; 0]);
    }
}
