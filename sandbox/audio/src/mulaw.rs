//! G.711 mu-law, the 8-bit encoding of telephone networks and of Twilio's Media Streams
//! (ITU-T recommendation G.711, <https://www.itu.int/rec/T-REC-G.711>).

/// Added to the magnitude so that every segment begins at a power of two.
const BIAS: u16 = 0x84;
/// Largest magnitude that can be encoded.
const CLIP: u16 = 32_635;

/// Encodes one 16-bit sample.
#[must_use]
pub fn encode_sample(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = sample.unsigned_abs().min(CLIP) + BIAS;
    // The highest set bit is 7 to 14.
    let segment = magnitude.ilog2() - 7;
    let [_, low] = (magnitude >> (segment + 3)).to_be_bytes();
    let [.., segment] = segment.to_be_bytes();
    !(sign | (segment << 4) | (low & 0x0f))
}

/// Decodes one sample. The encoding is lossy.
#[must_use]
pub fn decode_sample(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = (((u16::from(byte & 0x0f) << 3) + BIAS) << ((byte >> 4) & 0x07)) - BIAS;
    let magnitude = magnitude.cast_signed();
    if byte & 0x80 == 0 { magnitude } else { -magnitude }
}

/// Encodes samples.
#[must_use]
pub fn encode(sound: &[i16]) -> Vec<u8> {
    sound.iter().map(|sample| encode_sample(*sample)).collect()
}

/// Decodes samples.
#[must_use]
pub fn decode(bytes: &[u8]) -> Vec<i16> {
    bytes.iter().map(|byte| decode_sample(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_and_middle_samples_match_the_recommendation() {
        for (sample, byte) in [(0, 0xff), (-1, 0x7f), (i16::MAX, 0x80), (i16::MIN, 0x00), (1000, 0xce)] {
            assert_eq!(encode_sample(sample), byte, "{sample}");
        }
        assert_eq!(decode_sample(0x00), -32_124);
        assert_eq!(decode_sample(0x80), 32_124);
    }

    #[test]
    fn decoded_byte_survives_encoding_again() {
        for byte in 0..=u8::MAX {
            let sample = decode_sample(byte);
            assert_eq!(decode_sample(encode_sample(sample)), sample, "{byte:#x}");
        }
    }

    #[test]
    fn encoding_error_is_small_relative_to_the_sample() {
        for sample in (i16::MIN..=i16::MAX).step_by(17) {
            let error = (i32::from(decode_sample(encode_sample(sample))) - i32::from(sample)).unsigned_abs();
            assert!(
                error <= u32::from(sample.unsigned_abs()) / 16 + 8 || sample.unsigned_abs() > CLIP,
                "{sample}: {error}"
            );
        }
    }
}
