//! WAV files: 16-bit PCM, one or two channels.
//!
//! A WAV file that holds mu-law (format 7) is not read: `hound` knows PCM and floats only, and nothing here makes such
//! files. Mu-law without a file around it, as in a media stream, is [`super::mulaw`].

use super::{RATE, resample};
use std::io::Cursor;
use thiserror::Error;

/// Sound of one or more channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Samples a second.
    pub rate: u32,
    /// The samples of each channel, equally many.
    pub channels: Vec<Vec<i16>>,
}

/// Why a file is no sound.
#[derive(Debug, Error)]
pub enum WavError {
    /// It is no WAV file, or a broken one, or of a kind that is not read.
    #[error("not a WAV file of 16-bit PCM: {0}")]
    Unreadable(#[from] hound::Error),
    /// Samples are not 16 bits wide.
    #[error("a WAV file with samples of {0} bits; 16-bit PCM is read")]
    Width(u16),
    /// The rate is below that of a telephone.
    #[error("a WAV file at {0} Hz; 8000 Hz and above is read")]
    Rate(u32),
}

impl Sound {
    /// How long it is, in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        let samples = self.channels.first().map_or(0, Vec::len);
        u32::try_from(samples).map_or(f64::INFINITY, f64::from) / f64::from(self.rate)
    }

    /// Its channels at 8 kHz.
    #[must_use]
    pub fn at_telephone_rate(&self) -> Vec<Vec<i16>> {
        self.channels
            .iter()
            .map(|channel| resample(channel, self.rate, RATE))
            .collect()
    }
}

/// A file of one channel at 8 kHz.
///
/// # Panics
/// When it is longer than a WAV file can be: 4 GiB, three days.
#[must_use]
pub fn mono(sound: &[i16]) -> Vec<u8> {
    encode(&Sound {
        rate: RATE,
        channels: vec![sound.to_vec()],
    })
}

/// A file of two channels at 8 kHz, as long as the longer one.
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

/// A file of any rate and number of channels. A channel that ends before the longest one is silent from there on.
///
/// # Panics
/// When it is longer than a WAV file can be, or has more than 65,535 channels, or none.
#[must_use]
pub fn encode(sound: &Sound) -> Vec<u8> {
    let mut file = Cursor::new(vec![]);
    let spec = hound::WavSpec {
        channels: u16::try_from(sound.channels.len()).expect("a few channels"),
        sample_rate: sound.rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut write = || -> hound::Result<()> {
        let mut writer = hound::WavWriter::new(&mut file, spec)?;
        let longest = sound.channels.iter().map(Vec::len).max().unwrap_or(0);
        for place in 0..longest {
            for channel in &sound.channels {
                writer.write_sample(channel.get(place).copied().unwrap_or(0))?;
            }
        }
        writer.finalize()
    };
    write().expect("memory takes what a WAV file can hold");
    file.into_inner()
}

/// Reads a file.
///
/// # Errors
/// When it is no WAV file of 16-bit PCM at 8 kHz or more.
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
    fn what_was_written_is_read_again() {
        let sound = Sound {
            rate: 24_000,
            channels: vec![vec![1, -2, 3], vec![i16::MIN, 0, i16::MAX]],
        };
        assert_eq!(decode(&encode(&sound)).expect("it was just written"), sound);
    }

    #[test]
    fn the_shorter_channel_is_silent_at_its_end() {
        let sound = decode(&stereo(&[5], &[6, 7])).expect("it was just written");
        assert_eq!(sound.channels, [vec![5, 0], vec![6, 7]]);
    }

    #[test]
    fn other_files_are_refused_with_the_reason() {
        assert!(matches!(decode(b"<html>404</html>"), Err(WavError::Unreadable(_))));
        let slow = Sound {
            rate: 4_000,
            channels: vec![vec![1]],
        };
        let error = decode(&encode(&slow)).expect_err("too slow");
        assert_eq!(error.to_string(), "a WAV file at 4000 Hz; 8000 Hz and above is read");
        let mut cut = mono(&[1; 100]);
        cut.truncate(60);
        assert!(decode(&cut).is_err());
    }
}
