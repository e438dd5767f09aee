//! Speech that a machine can read: text becomes sound, and the sound becomes the text again.
//!
//! A recording that the sandbox makes is a real audio file, and what its transcription endpoint says of it is read from
//! the samples. So a product that loses, cuts, swaps or mixes up audio gets another transcript, as it would with people.
//!
//! The sound is a modem's, inside a telephone's band (300 to 3400 Hz), at the pace of a person: 20 characters a second.
//! It outlives what a telephone network does: [G.711](mulaw), another volume, some noise, silence, other speakers before
//! and after, a beginning or an end cut off. What cannot be heard is said to be [`INAUDIBLE`]; a wrong word is never
//! heard, for every 400 ms are checked by themselves.
//!
//! How it is built, from the inside: a [`symbols`] is a byte as two tones of 25 ms; a [`block`] is up to 8 bytes of text
//! with its checksum and a preamble; [`spelling`] cuts text into blocks; [`scan`] finds blocks in sound; [`listen`]
//! makes utterances of them.
//!
//! It deliberately does not imitate a voice, and two people who speak at once in one channel are not told apart.

mod block;
mod listen;
pub mod mulaw;
mod resample;
mod scan;
pub mod sounds;
mod spelling;
mod symbols;
mod track;
mod voice;
pub mod wav;

pub use listen::{INAUDIBLE, Utterance, listen};
pub use resample::resample;
pub use track::{Track, at_volume, mix, samples_in, time_of};
pub use voice::Voice;

use std::time::Duration;

/// Samples a second on a telephone line (G.711), and in everything here that names no other rate.
pub const RATE: u32 = 8_000;

/// A text as sound: 16-bit PCM, one channel, 8 kHz. An empty text is no sound at all.
#[must_use]
pub fn speak(text: &str, voice: Voice) -> Vec<i16> {
    speak_at(text, voice, RATE)
}

/// A text as sound at another rate, in samples a second: `OpenAI` speaks at 24 kHz.
///
/// # Panics
/// When the rate is below 8 kHz or no multiple of 40, for then a symbol is no whole number of samples.
#[must_use]
pub fn speak_at(text: &str, voice: Voice, rate: u32) -> Vec<i16> {
    assert!(
        rate >= RATE && rate.is_multiple_of(symbols::PER_SECOND),
        "a rate of at least {RATE} Hz and a multiple of {} Hz, not {rate}",
        symbols::PER_SECOND
    );
    let mut sound = Vec::new();
    for block in spelling::spell(text, voice) {
        block.sound(rate, &mut sound);
    }
    sound
}

/// How long it takes to say a text: 400 ms for every 8 letters begun.
#[must_use]
pub fn duration(text: &str) -> Duration {
    let blocks = spelling::spell(text, Voice::Caller).len();
    time_of(blocks * block::SAMPLES)
}
