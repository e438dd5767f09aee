//! Sounds that do not decode as speech: a beep, a ringing tone, hold music.

use crate::RATE;
use crate::symbols::to_sample;
use crate::track::samples_in;
use std::f64::consts::TAU;
use std::time::Duration;

/// A tone of `hertz` Hz at about a tenth of full volume.
#[must_use]
pub fn tone(hertz: u32, time: Duration) -> Vec<i16> {
    (0_u32..)
        .take(samples_in(time))
        .map(|n| {
            // A second holds a whole number of periods, so the phase can be reduced and stays exact for long tones.
            let phase = f64::from(hertz * (n % RATE) % RATE) / f64::from(RATE);
            to_sample(3_000.0 * (TAU * phase).sin())
        })
        .collect()
}

/// The beep before a voicemail recording: one second at 1 kHz.
#[must_use]
pub fn beep() -> Vec<i16> {
    tone(1_000, Duration::from_secs(1))
}

/// Period after which the hold music repeats.
pub const MUSIC_ROUND: Duration = Duration::from_secs(2);

/// Hold music: a scale up and down, four notes per second.
#[must_use]
pub fn music(time: Duration) -> Vec<i16> {
    const NOTES: [u32; 8] = [262, 294, 330, 349, 392, 349, 330, 294];
    let note = MUSIC_ROUND / 8;
    let mut sound: Vec<i16> = NOTES
        .iter()
        .cycle()
        .take(samples_in(time).div_ceil(samples_in(note)))
        .flat_map(|hertz| tone(*hertz, note))
        .collect();
    sound.truncate(samples_in(time));
    sound
}
