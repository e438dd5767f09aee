//! Block: 400 ms of speech that is decoded independently. It carries a voice, up to 8 bytes of text and a checksum.
//!
//! | symbols | content |
//! |---|---|
//! | 2 | preamble |
//! | 1 | voice (2 bits), last of its utterance, starts a word, ends a word, number of bytes minus one (3 bits) |
//! | 1 | sequence number in its utterance: 0 for the first block, then 1 to 255 repeatedly |
//! | 1 | alphabet: 0 for UTF-8, otherwise the block of 128 Unicode characters that bytes 128 to 255 stand for |
//! | 8 | text |
//! | 3 | CRC-24 (RFC 4880, 6.1) of everything after the preamble |

use crate::symbols::{self, PREAMBLE_SYMBOLS};
use crate::voice::Voice;
use crc::{CRC_24_OPENPGP, Crc};

const CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_24_OPENPGP);

/// Bytes of text per block.
pub(super) const TEXT_BYTES: usize = 8;
const HEADER_BYTES: usize = 3;
/// Bytes that the checksum covers.
const CHECKED_BYTES: usize = HEADER_BYTES + TEXT_BYTES;
const BLOCK_BYTES: usize = CHECKED_BYTES + 3;

/// Samples per block at 8 kHz.
pub(super) const SAMPLES: usize = (PREAMBLE_SYMBOLS + BLOCK_BYTES) * symbols::SAMPLES;

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub voice: Voice,
    /// This is the last block of its utterance.
    pub is_last: bool,
    /// The block begins at a word boundary.
    pub starts_word: bool,
    /// The block ends at a word boundary.
    pub ends_word: bool,
    /// Sequence number in the utterance; see [`sequence_after`].
    pub sequence: u8,
    pub text: String,
    /// Alphabet of the text bytes.
    pub alphabet: u8,
}

/// Sequence number of the block that follows by `blocks` blocks. Only the first block of an utterance has number 0.
pub(super) fn sequence_after(sequence: u8, blocks: usize) -> u8 {
    let Some(steps) = blocks.checked_sub(1) else {
        return sequence;
    };
    u8::try_from((usize::from(sequence) + steps) % 255 + 1).unwrap_or(u8::MAX)
}

/// Encodes a character in an alphabet. `None` if the alphabet does not contain it.
pub(super) fn encode(character: char, alphabet: u8) -> Option<Vec<u8>> {
    if alphabet == 0 {
        return Some(character.to_string().into_bytes());
    }
    let code = u32::from(character);
    match u8::try_from(code) {
        Ok(byte) if byte.is_ascii() => Some(vec![byte]),
        _ if code >> 7 == u32::from(alphabet) => u8::try_from(0x80 | (code & 0x7f)).ok().map(|byte| vec![byte]),
        _ => None,
    }
}

fn decode(bytes: &[u8], alphabet: u8) -> Option<String> {
    if alphabet == 0 {
        return String::from_utf8(bytes.to_vec()).ok();
    }
    bytes
        .iter()
        .map(|byte| match byte {
            0..0x80 => Some(char::from(*byte)),
            _ => char::from_u32(u32::from(alphabet) << 7 | u32::from(byte & 0x7f)),
        })
        .collect()
}

impl Block {
    /// Appends the audio of this block at `rate` Hz.
    pub(super) fn write(&self, rate: u32, sound: &mut Vec<i16>) {
        symbols::write_preamble(rate, sound);
        for byte in self.bytes() {
            symbols::write(byte, rate, sound);
        }
    }

    /// Decodes the block whose preamble begins here. `None` if a symbol is unreadable or the checksum is wrong.
    pub(super) fn read(sound: &[i16]) -> Option<Self> {
        let symbols = sound.get(PREAMBLE_SYMBOLS * symbols::SAMPLES..SAMPLES)?;
        let bytes = symbols
            .chunks_exact(symbols::SAMPLES)
            .map(symbols::read)
            .collect::<Option<Vec<u8>>>()?;
        Self::from_bytes(&bytes)
    }

    fn bytes(&self) -> Vec<u8> {
        let text: Vec<u8> = self
            .text
            .chars()
            .filter_map(|character| encode(character, self.alphabet))
            .flatten()
            .collect();
        debug_assert!(
            (1..=TEXT_BYTES).contains(&text.len()),
            "a block has 1 to 8 bytes of text"
        );
        let count = u8::try_from(text.len() - 1).unwrap_or(7);
        let flags = u8::from(self.is_last) << 5 | u8::from(self.starts_word) << 4 | u8::from(self.ends_word) << 3;
        let mut bytes = vec![self.voice.bits() << 6 | flags | count, self.sequence, self.alphabet];
        bytes.extend(text);
        bytes.resize(CHECKED_BYTES, 0);
        let checksum = CHECKSUM.checksum(&bytes);
        bytes.extend_from_slice(&checksum.to_be_bytes()[1..]);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (checked, checksum) = bytes.split_at_checked(CHECKED_BYTES)?;
        if CHECKSUM.checksum(checked).to_be_bytes()[1..] != *checksum {
            return None;
        }
        let [flags, sequence, alphabet, text @ ..] = checked else {
            return None;
        };
        Some(Self {
            voice: Voice::from_bits(flags >> 6)?,
            is_last: flags & 0x20 != 0,
            starts_word: flags & 0x10 != 0,
            ends_word: flags & 0x08 != 0,
            sequence: *sequence,
            text: decode(text.get(..=usize::from(flags & 0x07))?, *alphabet)?,
            alphabet: *alphabet,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_wrap_to_1_and_never_to_0() {
        assert_eq!(sequence_after(0, 0), 0);
        assert_eq!(sequence_after(0, 1), 1);
        assert_eq!(sequence_after(0, 255), 255);
        assert_eq!(sequence_after(0, 256), 1);
        assert_eq!(sequence_after(255, 1), 1);
        assert_eq!(sequence_after(254, 2), 1);
        assert_eq!(sequence_after(7, 255), 7);
    }

    #[test]
    fn flipped_bit_is_detected() {
        let block = Block {
            voice: Voice::Person,
            is_last: true,
            starts_word: true,
            ends_word: false,
            sequence: 3,
            text: "नमस्ते".into(),
            alphabet: 18,
        };
        let bytes = block.bytes();
        assert_eq!(Block::from_bytes(&bytes), Some(block));
        for index in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[index] ^= 1 << bit;
                assert_eq!(Block::from_bytes(&damaged), None, "byte {index}, bit {bit}");
            }
        }
    }
}
