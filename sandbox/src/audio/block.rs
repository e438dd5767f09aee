//! 400 ms of speech that can be understood alone: who speaks, up to 8 bytes of text, and a checksum.
//!
//! | symbols | what |
//! |---|---|
//! | 2 | the preamble |
//! | 1 | voice (2 bits), last of its utterance, starts a word, ends a word, number of bytes less one (3 bits) |
//! | 1 | place in its utterance: 0 for the first one, then 1 to 255 round and round |
//! | 1 | alphabet: 0 for UTF-8, else which 128 characters of Unicode the upper half of a byte means |
//! | 8 | text |
//! | 3 | CRC-24 (RFC 4880, 6.1) of all that follows the preamble |

use super::symbols::{self, PREAMBLE_SYMBOLS};
use super::voice::Voice;
use crc::{CRC_24_OPENPGP, Crc};

const CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_24_OPENPGP);

/// Bytes of text in a block.
pub(super) const CAPACITY: usize = 8;
const HEADER: usize = 3;
const CHECKED: usize = HEADER + CAPACITY;
const BYTES: usize = CHECKED + 3;

/// Samples of a block at 8 kHz.
pub(super) const SAMPLES: usize = (PREAMBLE_SYMBOLS + BYTES) * symbols::SAMPLES;

/// One block, read or to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub voice: Voice,
    /// Nothing of the utterance follows.
    pub is_last: bool,
    /// No word of the utterance lies across its beginning.
    pub starts_word: bool,
    /// No word of the utterance lies across its end.
    pub ends_word: bool,
    /// See [`place_after`].
    pub place: u8,
    pub text: String,
    /// Which alphabet its bytes are in.
    pub alphabet: u8,
}

/// The place of a block so many blocks after this one: only the very first one has place 0.
pub(super) fn place_after(place: u8, blocks: usize) -> u8 {
    let Some(steps) = blocks.checked_sub(1) else {
        return place;
    };
    u8::try_from((usize::from(place) + steps) % 255 + 1).unwrap_or(u8::MAX)
}

/// A character as bytes of an alphabet, if it has it.
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
    /// Adds its sound.
    pub(super) fn sound(&self, rate: u32, sound: &mut Vec<i16>) {
        symbols::write_preamble(rate, sound);
        for byte in self.bytes() {
            symbols::write(byte, rate, sound);
        }
    }

    /// The block whose preamble begins here, if every symbol of it is heard and the checksum is right.
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
            (1..=CAPACITY).contains(&text.len()),
            "a block has text, and not too much of it"
        );
        let count = u8::try_from(text.len() - 1).unwrap_or(7);
        let flags = u8::from(self.is_last) << 5 | u8::from(self.starts_word) << 4 | u8::from(self.ends_word) << 3;
        let mut bytes = vec![self.voice.bits() << 6 | flags | count, self.place, self.alphabet];
        bytes.extend(text);
        bytes.resize(CHECKED, 0);
        let checksum = CHECKSUM.checksum(&bytes);
        bytes.extend_from_slice(&checksum.to_be_bytes()[1..]);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (checked, checksum) = bytes.split_at_checked(CHECKED)?;
        if CHECKSUM.checksum(checked).to_be_bytes()[1..] != *checksum {
            return None;
        }
        let [flags, place, alphabet, text @ ..] = checked else {
            return None;
        };
        Some(Self {
            voice: Voice::from_bits(flags >> 6)?,
            is_last: flags & 0x20 != 0,
            starts_word: flags & 0x10 != 0,
            ends_word: flags & 0x08 != 0,
            place: *place,
            text: decode(text.get(..=usize::from(flags & 0x07))?, *alphabet)?,
            alphabet: *alphabet,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_round_and_never_come_back_to_zero() {
        assert_eq!(place_after(0, 0), 0);
        assert_eq!(place_after(0, 1), 1);
        assert_eq!(place_after(0, 255), 255);
        assert_eq!(place_after(0, 256), 1);
        assert_eq!(place_after(255, 1), 1);
        assert_eq!(place_after(254, 2), 1);
        assert_eq!(place_after(7, 255), 7);
    }

    #[test]
    fn one_flipped_bit_is_noticed() {
        let block = Block {
            voice: Voice::Person,
            is_last: true,
            starts_word: true,
            ends_word: false,
            place: 3,
            text: "नमस्ते".into(),
            alphabet: 18,
        };
        let bytes = block.bytes();
        assert_eq!(Block::from_bytes(&bytes), Some(block));
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[place] ^= 1 << bit;
                assert_eq!(Block::from_bytes(&damaged), None, "byte {place}, bit {bit}");
            }
        }
    }
}
