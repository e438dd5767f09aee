//! WAV files: 16-bit PCM, one or two channels.
//!
//! WAV files with mu-law (format 7) are not supported: `hound` reads only PCM and floats, and the sandbox makes no such
//! files. [`crate::mulaw`] handles raw mu-law, as in a media stream.

use crate::{RATE, resample};
use std::io::Cursor;
use thiserror::Error;

/// Audio with one or more channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Sample rate in Hz.
    pub rate: u32,
    /// Samples of each channel, of equal length when decoded.
    pub channels: Vec<Vec<i16>>,
}

/// A file cannot be decoded.
#[derive(Debug, Error)]
pub enum WavError {
    /// The file is not a WAV file, is malformed, or has an unsupported format.
    #[error("not a WAV file with 16-bit PCM: {0}")]
    Unreadable(#[from] hound::Error),
    /// Bits per sample are not 16.
    #[error("a WAV file with {0}-bit samples; only 16-bit PCM is supported")]
    Width(u16),
    /// The sample rate is below that of a telephone.
    #[error("a WAV file at {0} Hz; at least 8000 Hz is required")]
    Rate(u32),
}

impl Sound {
    /// Duration in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        let samples = self.channels.first().map_or(0, Vec::len);
        u32::try_from(samples).map_or(f64::INFINITY, f64::from) / f64::from(self.rate)
    }

    /// The channels resampled to 8 kHz.
    #[must_use]
    pub fn at_telephone_rate(&self) -> Vec<Vec<i16>> {
        self.channels
            .iter()
            .map(|channel| resample(channel, self.rate, RATE))
            .collect()
    }
}

/// Encodes one channel at 8 kHz.
///
/// # Panics
/// When the file would exceed the WAV limit of 4 GiB (three days).
#[must_use]
pub fn mono(sound: &[i16]) -> Vec<u8> {
    encode(&Sound {
        rate: RATE,
        channels: vec![sound.to_vec()],
    })
}

/// Encodes two channels at 8 kHz. The shorter one is padded with silence.
///
/// # Panics
/// As [`mono`].
#[must_use]
pub fn stereo(left: &[i16], right: &[i16]) -> Vec<u8> {
    encode(&Sound {
        rate: RATE,
        channels: vec![left.to_vec(), right.to_vec()],
    })
}

/// Encodes audio of any rate and number of channels. Shorter channels are padded with silence.
///
/// # Panics
/// When the file would exceed the WAV limit of 4 GiB, or has no channel or more than 65,535.
#[must_use]
pub fn encode(sound: &Sound) -> Vec<u8> {
    let mut file = Cursor::new(vec![]);
    let spec = hound::WavSpec {
        channels: u16::try_from(sound.channels.len()).expect("at most 65,535 channels"),
        sample_rate: sound.rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut write = || -> hound::Result<()> {
        let mut writer = hound::WavWriter::new(&mut file, spec)?;
        let longest = sound.channels.iter().map(Vec::len).max().unwrap_or(0);
        for index in 0..longest {
            for channel in &sound.channels {
                writer.write_sample(channel.get(index).copied().unwrap_or(0))?;
            }
        }
        writer.finalize()
    };
    write().expect("audio fits into a WAV file");
    file.into_inner()
}

/// Decodes a file.
///
/// # Errors
/// When the file is not a WAV file with 16-bit PCM at 8 kHz or more.
pub fn decode(file: &[u8]) -> Result<Sound, WavError> {
    let mut reader = hound::WavReader::new(Cursor::new(file))?;
    let spec = reader.spec();
    if spec.bits_per_sample != 16 || spec.sample_format != hound::SampleFormat::Int {
        return Err(WavError::Width(spec.bits_per_sample));
    }
    if spec.sample_rate < RATE {
        return Err(WavError::Rate(spec.sample_rate));
    }
    let samples = reader.samples::<i16>().collect::<Result<Vec<_>, _>>()?;
    let count = usize::from(spec.channels);
    let channels = (0..count)
        .map(|channel| samples.iter().skip(channel).step_by(count).copied().collect())
        .collect();
    Ok(Sound {
        rate: spec.sample_rate,
        channels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_file_is_decoded_unchanged() {
        let sound = Sound {
            rate: 24_000,
            channels: vec![vec![1, -2, 3], vec![i16::MIN, 0, i16::MAX]],
        };
        assert_eq!(decode(&encode(&sound)).expect("a valid file"), sound);
    }

    #[test]
    fn shorter_channel_is_padded_with_silence() {
        let sound = decode(&stereo(&[5], &[6, 7])).expect("a valid file");
        assert_eq!(sound.channels, [vec![5, 0], vec![6, 7]]);
    }

    #[test]
    fn unsupported_file_is_rejected_with_a_reason() {
        assert!(matches!(decode(b"<html>404</html>"), Err(WavError::Unreadable(_))));
        let slow = Sound {
            rate: 4_000,
            channels: vec![vec![1]],
        };
        let error = decode(&encode(&slow)).expect_err("rate below 8 kHz");
        assert_eq!(error.to_string(), "a WAV file at 4000 Hz; at least 8000 Hz is required");
        let mut cut = mono(&[1; 100]);
        cut.truncate(60);
        assert!(decode(&cut).is_err());
    }
}
