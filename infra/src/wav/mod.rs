//! WAV files: splits a dual-channel recording into its channels, and a long channel into pieces.

mod pieces;

pub use pieces::{Piece, pieces, utterances};

use bytes::Bytes;
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::io::Cursor;

/// The file cannot be split into channels.
#[derive(Debug, thiserror::Error)]
#[error("the recording is not a valid WAV file")]
pub struct InvalidWav(#[source] Option<hound::Error>);

impl From<hound::Error> for InvalidWav {
    fn from(error: hound::Error) -> Self {
        Self(Some(error))
    }
}

/// The number of channels of a WAV file. Supports linear PCM of 8 and 16 bits, which Twilio produces
/// (<https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file>).
///
/// # Errors
/// When it is not such a file.
pub fn channels(wav: &[u8]) -> Result<usize, InvalidWav> {
    Ok(usize::from(open(wav)?.spec().channels))
}

/// One channel of a WAV file, counted from 0, as a WAV file. A mono file is returned without a copy. Allocates the size
/// of the result and is CPU-bound: call it on a blocking thread.
///
/// # Errors
/// When it is not such a file, or the channel does not exist.
pub fn channel(wav: &Bytes, channel: usize) -> Result<Bytes, InvalidWav> {
    let reader = open(wav)?;
    let spec = reader.spec();
    let count = usize::from(spec.channels);
    if channel >= count {
        return Err(InvalidWav(None));
    }
    if count == 1 {
        return Ok(wav.clone());
    }
    // Without the data, a truncated file is an error.
    let samples = samples(wav, reader).ok_or(InvalidWav(None))?;
    let width = usize::from(spec.bits_per_sample / 8);
    let mut file = header(WavSpec { channels: 1, ..spec }, samples.len() / count)?;
    for frame in samples.chunks_exact(width * count) {
        file.extend_from_slice(&frame[width * channel..][..width]);
    }
    Ok(file.into())
}

/// The bytes of the samples. `None` when the file ends before them.
fn samples<'a>(wav: &'a [u8], reader: WavReader<Cursor<&[u8]>>) -> Option<&'a [u8]> {
    let length = usize::try_from(reader.len()).ok()? * usize::from(reader.spec().bits_per_sample / 8);
    let start = usize::try_from(reader.into_inner().position()).ok()?;
    wav.get(start..start.checked_add(length)?)
}

/// The header of a file with `length` bytes of samples, with room for them. The library would derive the lengths in it
/// from samples that are written one by one, which takes much longer than copying them.
fn header(spec: WavSpec, length: usize) -> Result<Vec<u8>, InvalidWav> {
    let mut file = Cursor::new(Vec::new());
    WavWriter::new(&mut file, spec)?.finalize()?;
    let mut header = file.into_inner();
    let size = |bytes: usize| u32::try_from(bytes).map(u32::to_le_bytes).map_err(|_| InvalidWav(None));
    let end = header.len();
    header[4..8].copy_from_slice(&size(end - 8 + length)?);
    header[end - 4..].copy_from_slice(&size(length)?);
    header.reserve_exact(length);
    Ok(header)
}

fn open(wav: &[u8]) -> Result<WavReader<Cursor<&[u8]>>, InvalidWav> {
    let reader = WavReader::new(Cursor::new(wav))?;
    let spec = reader.spec();
    if spec.sample_format != SampleFormat::Int || !matches!(spec.bits_per_sample, 8 | 16) || spec.channels == 0 {
        return Err(InvalidWav(None));
    }
    Ok(reader)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: WavSpec = WavSpec {
        channels: 2,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };

    fn file(spec: WavSpec, samples: &[i16]) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut file, spec).expect("a writer");
        for sample in samples {
            writer.write_sample(*sample).expect("written");
        }
        writer.finalize().expect("finished");
        file.into_inner()
    }

    fn split(wav: &Bytes) -> Result<Vec<Bytes>, InvalidWav> {
        (0..channels(wav)?).map(|side| channel(wav, side)).collect()
    }

    fn samples(wav: &[u8]) -> Vec<i16> {
        let reader = WavReader::new(Cursor::new(wav)).expect("a WAV file");
        assert_eq!((reader.spec().channels, reader.spec().sample_rate), (1, 8_000));
        reader.into_samples().collect::<Result<_, _>>().expect("samples")
    }

    #[test]
    fn dual_channel_file_is_split_into_its_channels() {
        let split = split(&file(SPEC, &[1, -1, 2, -2, 3, -3]).into()).expect("two channels");
        assert_eq!(
            split.iter().map(|wav| samples(wav)).collect::<Vec<_>>(),
            [[1, 2, 3], [-1, -2, -3]]
        );
    }

    #[test]
    fn mono_file_is_returned_without_a_copy() {
        let mono = Bytes::from(file(WavSpec { channels: 1, ..SPEC }, &[5, 6]));
        let alone = split(&mono).expect("a channel");
        assert_eq!(alone, std::slice::from_ref(&mono));
        assert_eq!(alone[0].as_ptr(), mono.as_ptr(), "it is not copied");
        assert!(channel(&mono, 1).is_err(), "there is no other");
    }

    #[test]
    fn invalid_or_truncated_file_is_an_error() {
        assert!(channels(b"<html>404</html>").is_err());
        assert!(channels(&file(SPEC, &[1, 2])[..30]).is_err());
        let cut = Bytes::from(file(SPEC, &[1, 2, 3, 4])).slice(..49);
        assert!(split(&cut).is_err());
    }
}
