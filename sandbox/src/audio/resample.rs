//! Sound at another rate: files may come at 16, 24 or 48 kHz, and a telephone has 8.

use super::symbols::to_sample;
use std::f64::consts::PI;

/// Waves of the narrower band on each side of a sample that have a say in it.
const REACH: f64 = 8.0;

/// The same sound at another rate, both in samples a second: a windowed sinc, cut off below half the lower rate.
///
/// # Panics
/// When a rate is 0.
#[must_use]
pub fn resample(sound: &[i16], from: u32, to: u32) -> Vec<i16> {
    assert!(from > 0 && to > 0, "a rate is above zero");
    if from == to {
        return sound.to_vec();
    }
    let (from_rate, to_rate) = (f64::from(from), f64::from(to));
    let band = 0.95 * (to_rate / from_rate).min(1.0);
    let reach = REACH / band;
    let length = sound.len() as u64 * u64::from(to) / u64::from(from);
    (0..length)
        .map(|n| {
            // Whole and remaining part by themselves, so that an hour is as exact as a second.
            let place = n * u64::from(from);
            let (whole, rest) = (place / u64::from(to), place % u64::from(to));
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
    // Before the beginning and after the end there is silence.
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
    use crate::audio::{RATE, Voice, listen, sounds, speak, speak_at};
    use std::time::Duration;

    #[test]
    fn speech_is_understood_after_it_was_resampled() {
        let text = "The quick brown fox";
        for rate in [16_000, 24_000, 44_100, 48_000] {
            let wide = resample(&speak(text, Voice::Ai), RATE, rate);
            assert_eq!(listen(&resample(&wide, rate, RATE))[0].text, text, "{rate}");
        }
        let spoken = speak_at(text, Voice::Ai, 24_000);
        assert_eq!(listen(&resample(&spoken, 24_000, RATE))[0].text, text);
    }

    #[test]
    fn a_tone_keeps_its_loudness_and_length() {
        let tone = sounds::tone(1_000, Duration::from_millis(100));
        let wide = resample(&tone, RATE, 24_000);
        assert_eq!(wide.len(), 2_400);
        let peak = wide.iter().map(|sample| sample.unsigned_abs()).max();
        assert!(peak.is_some_and(|peak| (2_900..3_100).contains(&peak)), "{peak:?}");
        assert_eq!(resample(&[], 8_000, 24_000), [0; 0]);
    }
}
