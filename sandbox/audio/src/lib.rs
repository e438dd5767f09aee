//! Machine-readable speech: encodes text as audio, and decodes the audio back to the same text.
//!
//! A recording made by the sandbox is a real audio file, and its transcription endpoint decodes the samples. A product
//! that loses, cuts, swaps or mixes up audio therefore gets a different transcript, as with human speech.
//!
//! The signal is that of a modem within the telephone band (300 to 3400 Hz), at the pace of a person: 20 characters per
//! second. It survives the effects of a telephone network: [G.711](mulaw), changed volume, some noise, silence, other
//! speakers before and after, a truncated beginning or end. Undecodable speech becomes [`INAUDIBLE`]; a wrong word is
//! never decoded, because every 400 ms carry their own checksum.
//!
//! Layers, from the inside: [`symbols`] encodes a byte as two tones of 25 ms; a [`block`] is a preamble, up to 8 bytes
//! of text and a checksum; [`spelling`] splits text into blocks; [`scan`] finds blocks in audio; [`decode`] assembles
//! them into utterances.
//!
//! By design the audio does not imitate a voice, and simultaneous speakers in one channel are not separated.

mod block;
mod decode;
pub mod mulaw;
mod resample;
mod scan;
pub mod sounds;
mod spelling;
mod symbols;
mod track;
mod voice;
pub mod wav;

pub use decode::{INAUDIBLE, Utterance, decode_speech};
pub use resample::resample;
pub use track::{Track, at_volume, mix, samples_in, time_of};
pub use voice::Voice;

use std::time::Duration;

/// Telephone sample rate in Hz (G.711), and the default in this module.
pub const RATE: u32 = 8_000;

/// Encodes a text as 16-bit PCM, one channel, 8 kHz. An empty text gives no samples.
#[must_use]
pub fn encode_speech(text: &str, voice: Voice) -> Vec<i16> {
    encode_speech_at(text, voice, RATE)
}

/// Encodes a text at another sample rate in Hz, such as 24 kHz for `OpenAI`.
///
/// # Panics
/// When the rate is below 8 kHz or not a multiple of 40, because a symbol is then not a whole number of samples.
#[must_use]
pub fn encode_speech_at(text: &str, voice: Voice, rate: u32) -> Vec<i16> {
    assert!(
        rate >= RATE && rate.is_multiple_of(symbols::PER_SECOND),
        "sample rate must be at least {RATE} Hz and a multiple of {} Hz, not {rate}",
        symbols::PER_SECOND
    );
    let mut sound = Vec::new();
    for block in spelling::spell(text, voice) {
        block.write(rate, &mut sound);
    }
    sound
}

/// Duration of a spoken text: 400 ms per block of up to 8 letters.
#[must_use]
pub fn duration(text: &str) -> Duration {
    let blocks = spelling::spell(text, Voice::Caller).len();
    time_of(blocks * block::SAMPLES)
}
