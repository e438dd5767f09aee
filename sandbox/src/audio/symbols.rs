//! A byte as a sound of 25 ms: two tones at once, one for each half of it, as a telephone's keys do (ITU-T Q.23).
//!
//! All tones are multiples of 40 Hz, so that each fills a symbol with whole waves and is not heard in the others' place;
//! neighbours lie 80 Hz apart, so that a symbol may be looked for a few milliseconds beside its place.

use super::RATE;
use std::f64::consts::TAU;

/// Symbols a second, and the step between frequencies in Hz.
pub(super) const PER_SECOND: u32 = 40;

/// Samples of a symbol at 8 kHz.
pub(super) const SAMPLES: usize = (RATE / PER_SECOND) as usize;

/// The low half of a byte: 400 to 1600 Hz, in steps of 80 Hz.
const LOW: u32 = 10;
/// The high half: 1760 to 2960 Hz.
const HIGH: u32 = 44;
/// What no byte uses: 1680 Hz and then 3120 Hz open a block.
const PREAMBLE: [u32; 2] = [42, 78];

/// Symbols of a preamble.
pub(super) const PREAMBLE_SYMBOLS: usize = PREAMBLE.len();

/// The amplitude of all tones of a symbol together: half of what 16 bits can hold.
const LOUDNESS: f64 = 16_000.0;

/// Samples below this in a whole symbol are silence: a hundredth of what is spoken.
const SILENCE: u16 = 160;

/// Adds one symbol for a byte.
pub(super) fn write(byte: u8, rate: u32, sound: &mut Vec<i16>) {
    tones(&[low(byte), high(byte)], rate, sound);
}

/// Adds the preamble.
pub(super) fn write_preamble(rate: u32, sound: &mut Vec<i16>) {
    for tone in PREAMBLE {
        tones(&[tone], rate, sound);
    }
}

fn low(byte: u8) -> u32 {
    LOW + 2 * u32::from(byte & 0x0f)
}

fn high(byte: u8) -> u32 {
    HIGH + 2 * u32::from(byte >> 4)
}

fn tones(steps: &[u32], rate: u32, sound: &mut Vec<i16>) {
    let samples = rate / PER_SECOND;
    // At most two, so that no precision is lost.
    let loudness = if steps.len() == 1 { LOUDNESS } else { LOUDNESS / 2.0 };
    sound.extend((0..samples).map(|n| {
        let wave: f64 = steps
            .iter()
            .map(|step| (TAU * f64::from(step * n) / f64::from(samples)).sin())
            .sum();
        to_sample(wave * loudness)
    }));
}

/// The nearest sample; louder than the loudest is the loudest.
pub(super) fn to_sample(value: f64) -> i16 {
    #[expect(clippy::cast_possible_truncation, reason = "it is brought into range first")]
    let sample = value.round().clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16;
    sample
}

/// Whether nothing is heard.
pub(super) fn is_silent(window: &[i16]) -> bool {
    window.iter().all(|sample| sample.unsigned_abs() < SILENCE)
}

/// The byte that this window of a symbol's length says, if two of the tones make most of its sound.
pub(super) fn read(window: &[i16]) -> Option<u8> {
    let energy = energy(window);
    let (low_half, low_share) = loudest(window, LOW, energy)?;
    let (high_half, high_share) = loudest(window, HIGH, energy)?;
    let clear = low_share > 0.15 && high_share > 0.15 && low_share + high_share > 0.5;
    clear.then_some(high_half << 4 | low_half)
}

/// How much a preamble begins exactly here, from 0 to 1. The sound is two symbols long.
pub(super) fn preamble(sound: &[i16]) -> f64 {
    sound
        .chunks_exact(SAMPLES)
        .zip(PREAMBLE)
        .map(|(window, step)| share(window, step, energy(window)))
        .product()
}

/// The loudest of the sixteen tones from here on, and its share of the sound.
fn loudest(window: &[i16], first: u32, energy: f64) -> Option<(u8, f64)> {
    (0..16_u8)
        .map(|half| (half, share(window, first + 2 * u32::from(half), energy)))
        .max_by(|(_, one), (_, other)| one.total_cmp(other))
}

fn energy(window: &[i16]) -> f64 {
    window.iter().map(|sample| f64::from(*sample).powi(2)).sum()
}

/// The share of a window's energy that is in one tone: Goertzel's algorithm.
fn share(window: &[i16], step: u32, energy: f64) -> f64 {
    if energy <= 0.0 {
        return 0.0;
    }
    let turn = 2.0 * (TAU * f64::from(step) / f64::from(RATE / PER_SECOND)).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in window {
        (last, before) = (f64::from(*sample) + turn * last - before, last);
    }
    let power = last * last + before * before - turn * last * before;
    2.0 * power / (energy * f64::from(RATE / PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_read_as_it_was_written() {
        for byte in 0..=u8::MAX {
            let mut sound = vec![];
            write(byte, RATE, &mut sound);
            assert_eq!(read(&sound), Some(byte));
        }
    }

    #[test]
    fn a_byte_is_still_read_a_few_milliseconds_beside_its_place() {
        let mut sound = vec![];
        for byte in [0x00, 0x5a, 0xff] {
            write(byte, RATE, &mut sound);
        }
        for slip in [170, 185, 215, 230] {
            assert_eq!(read(&sound[slip..slip + SAMPLES]), Some(0x5a), "{slip}");
        }
    }

    #[test]
    fn one_tone_is_no_byte_and_a_preamble_is_none_either() {
        let mut sound = vec![];
        tones(&[LOW], RATE, &mut sound);
        write_preamble(RATE, &mut sound);
        for window in sound.chunks(SAMPLES) {
            assert_eq!(read(window), None);
        }
        assert!(preamble(&sound[SAMPLES..]) > 0.99);
        assert!(preamble(&sound[..2 * SAMPLES]) < 0.01);
    }

    #[test]
    fn every_tone_lies_in_the_band_of_a_telephone() {
        let steps = [low(0), high(0xff), PREAMBLE[0], PREAMBLE[1]];
        assert!(
            steps.iter().all(|step| (300..3400).contains(&(step * PER_SECOND))),
            "{steps:?}"
        );
    }
}
