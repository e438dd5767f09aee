//! Symbol: a byte as 25 ms of two simultaneous tones, one for each half of the byte, like the DTMF keys of a telephone
//! (ITU-T Q.23).
//!
//! All tones are multiples of 40 Hz, so a symbol holds whole periods of each and the tones are orthogonal. Adjacent
//! tones are 80 Hz apart, so a symbol can be read a few milliseconds off its start.

use crate::RATE;
use std::f64::consts::TAU;

/// Symbols per second, and the step between frequencies in Hz.
pub(super) const PER_SECOND: u32 = 40;

/// Samples per symbol at 8 kHz.
pub(super) const SAMPLES: usize = (RATE / PER_SECOND) as usize;

/// First step of the low half of a byte: 400 to 1600 Hz, 80 Hz apart.
const LOW: u32 = 10;
/// First step of the high half: 1760 to 2960 Hz.
const HIGH: u32 = 44;
/// Steps of the preamble, which no byte uses: 1680 Hz, then 3120 Hz.
const PREAMBLE: [u32; 2] = [42, 78];

/// Symbols per preamble.
pub(super) const PREAMBLE_SYMBOLS: usize = PREAMBLE.len();

/// Combined amplitude of the tones of a symbol: half of the 16-bit range.
const AMPLITUDE: f64 = 16_000.0;

/// A symbol whose samples are all below this amplitude is silence: a hundredth of speech.
const SILENCE_AMPLITUDE: u16 = 160;

/// Appends the symbol of a byte.
pub(super) fn write(byte: u8, rate: u32, sound: &mut Vec<i16>) {
    tones(&[low(byte), high(byte)], rate, sound);
}

/// Appends the preamble.
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
    // There are at most two tones.
    let amplitude = if steps.len() == 1 { AMPLITUDE } else { AMPLITUDE / 2.0 };
    sound.extend((0..samples).map(|n| {
        let wave: f64 = steps
            .iter()
            .map(|step| (TAU * f64::from(step * n) / f64::from(samples)).sin())
            .sum();
        to_sample(wave * amplitude)
    }));
}

/// Rounds and clamps to a 16-bit sample.
pub(super) fn to_sample(value: f64) -> i16 {
    #[expect(clippy::cast_possible_truncation, reason = "the value is clamped to the range first")]
    let sample = value.round().clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16;
    sample
}

/// Whether the window is silent.
pub(super) fn is_silent(window: &[i16]) -> bool {
    window.iter().all(|sample| sample.unsigned_abs() < SILENCE_AMPLITUDE)
}

/// Reads the byte in a window of one symbol, if two of the tones carry most of its energy.
pub(super) fn read(window: &[i16]) -> Option<u8> {
    let energy = energy(window);
    let (low_half, low_share) = loudest(window, LOW, energy)?;
    let (high_half, high_share) = loudest(window, HIGH, energy)?;
    let clear = low_share > 0.15 && high_share > 0.15 && low_share + high_share > 0.5;
    clear.then_some(high_half << 4 | low_half)
}

/// Clarity of a preamble that begins exactly here, from 0 to 1. `sound` is two symbols long.
pub(super) fn preamble(sound: &[i16]) -> f64 {
    sound
        .chunks_exact(SAMPLES)
        .zip(PREAMBLE)
        .map(|(window, step)| share(window, step, energy(window)))
        .product()
}

/// The loudest of the sixteen tones from `first` on, and its share of the energy.
fn loudest(window: &[i16], first: u32, energy: f64) -> Option<(u8, f64)> {
    (0..16_u8)
        .map(|half| (half, share(window, first + 2 * u32::from(half), energy)))
        .max_by(|(_, one), (_, other)| one.total_cmp(other))
}

fn energy(window: &[i16]) -> f64 {
    window.iter().map(|sample| f64::from(*sample).powi(2)).sum()
}

/// Share of a window's energy in one tone, by Goertzel's algorithm.
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
    fn written_byte_is_read_back() {
        for byte in 0..=u8::MAX {
            let mut sound = vec![];
            write(byte, RATE, &mut sound);
            assert_eq!(read(&sound), Some(byte));
        }
    }

    #[test]
    fn byte_is_read_a_few_milliseconds_off_its_start() {
        let mut sound = vec![];
        for byte in [0x00, 0x5a, 0xff] {
            write(byte, RATE, &mut sound);
        }
        for slip in [170, 185, 215, 230] {
            assert_eq!(read(&sound[slip..slip + SAMPLES]), Some(0x5a), "{slip}");
        }
    }

    #[test]
    fn single_tone_and_preamble_read_as_no_byte() {
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
    fn all_tones_are_within_the_telephone_band() {
        let steps = [low(0), high(0xff), PREAMBLE[0], PREAMBLE[1]];
        assert!(
            steps.iter().all(|step| (300..3400).contains(&(step * PER_SECOND))),
            "{steps:?}"
        );
    }
}
