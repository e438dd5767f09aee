//! Sound files: the two sides of a call, apart.

use bytes::Bytes;
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::io::Cursor;

/// Bytes before the samples, more or less: what is reserved for them.
const HEADER: usize = 64;

/// Why a file is no sound that can be taken apart.
#[derive(Debug, thiserror::Error)]
#[error("the recording is no WAV file of whole samples")]
pub struct NotWav(#[source] Option<hound::Error>);

impl From<hound::Error> for NotWav {
    fn from(error: hound::Error) -> Self {
        Self(Some(error))
    }
}

/// How many channels a WAV file has. Linear PCM of up to 16 bits, which is what Twilio makes
/// (<https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file>).
///
/// # Errors
/// When it is no such file.
pub fn channels(wav: &[u8]) -> Result<usize, NotWav> {
    Ok(usize::from(open(wav)?.spec().channels))
}

/// One channel of a WAV file, from 0, as a file of its own: of a file that has no other, the file itself. Takes as much
/// memory as its result, and a while: not for the threads on which others wait.
///
/// # Errors
/// When it is no such file, or has no such channel.
pub fn channel(wav: &Bytes, channel: usize) -> Result<Bytes, NotWav> {
    let mut reader = open(wav)?;
    let spec = reader.spec();
    let count = usize::from(spec.channels);
    if channel >= count {
        return Err(NotWav(None));
    }
    if count == 1 {
        return Ok(wav.clone());
    }
    let mut file = Cursor::new(Vec::with_capacity(HEADER + wav.len() / count));
    let mut writer = WavWriter::new(&mut file, WavSpec { channels: 1, ..spec })?;
    // Each sample is looked at, also those of the other channels: one that is cut off is no sound.
    for (place, sample) in reader.samples::<i16>().enumerate() {
        let sample = sample?;
        if place % count == channel {
            writer.write_sample(sample)?;
        }
    }
    writer.finalize()?;
    Ok(file.into_inner().into())
}

fn open(wav: &[u8]) -> Result<WavReader<Cursor<&[u8]>>, NotWav> {
    let reader = WavReader::new(Cursor::new(wav))?;
    let spec = reader.spec();
    if spec.sample_format != SampleFormat::Int || spec.bits_per_sample > 16 || spec.channels == 0 {
        return Err(NotWav(None));
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

    fn apart(wav: &Bytes) -> Result<Vec<Bytes>, NotWav> {
        (0..channels(wav)?).map(|side| channel(wav, side)).collect()
    }

    fn samples(wav: &[u8]) -> Vec<i16> {
        let reader = WavReader::new(Cursor::new(wav)).expect("a WAV file");
        assert_eq!((reader.spec().channels, reader.spec().sample_rate), (1, 8_000));
        reader.into_samples().collect::<Result<_, _>>().expect("samples")
    }

    #[test]
    fn two_sides_are_taken_apart() {
        let apart = apart(&file(SPEC, &[1, -1, 2, -2, 3, -3]).into()).expect("two channels");
        assert_eq!(
            apart.iter().map(|wav| samples(wav)).collect::<Vec<_>>(),
            [[1, 2, 3], [-1, -2, -3]]
        );
    }

    #[test]
    fn one_side_is_the_file_itself() {
        let mono = Bytes::from(file(WavSpec { channels: 1, ..SPEC }, &[5, 6]));
        let alone = apart(&mono).expect("a channel");
        assert_eq!(alone, std::slice::from_ref(&mono));
        assert_eq!(alone[0].as_ptr(), mono.as_ptr(), "it is not copied");
        assert!(channel(&mono, 1).is_err(), "there is no other");
    }

    #[test]
    fn an_error_page_is_no_sound() {
        assert!(channels(b"<html>404</html>").is_err());
        assert!(channels(&file(SPEC, &[1, 2])[..30]).is_err());
        let cut = Bytes::from(file(SPEC, &[1, 2, 3, 4])).slice(..49);
        assert!(apart(&cut).is_err());
    }
}
