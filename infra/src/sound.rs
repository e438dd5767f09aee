//! Sound files: the two sides of a call, apart.

use bytes::Bytes;
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::io::Cursor;

/// Why a file is no sound that can be taken apart.
#[derive(Debug, thiserror::Error)]
#[error("the recording is no WAV file of whole samples")]
pub struct NotWav(#[source] Option<hound::Error>);

impl From<hound::Error> for NotWav {
    fn from(error: hound::Error) -> Self {
        Self(Some(error))
    }
}

/// The channels of a WAV file, each as a file of its own. Linear PCM of up to 16 bits, which is what Twilio makes
/// (<https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file>).
///
/// # Errors
/// When it is no such file.
pub fn channels(wav: &[u8]) -> Result<Vec<Bytes>, NotWav> {
    let mut reader = WavReader::new(Cursor::new(wav))?;
    let spec = reader.spec();
    if spec.sample_format != SampleFormat::Int || spec.bits_per_sample > 16 || spec.channels == 0 {
        return Err(NotWav(None));
    }
    if spec.channels == 1 {
        return Ok(vec![Bytes::copy_from_slice(wav)]);
    }
    let count = usize::from(spec.channels);
    let samples = reader.samples::<i16>().collect::<Result<Vec<_>, _>>()?;
    (0..count)
        .map(|channel| one(spec, samples.iter().copied().skip(channel).step_by(count)))
        .collect()
}

fn one(spec: WavSpec, samples: impl Iterator<Item = i16>) -> Result<Bytes, NotWav> {
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, WavSpec { channels: 1, ..spec })?;
    for sample in samples {
        writer.write_sample(sample)?;
    }
    writer.finalize()?;
    Ok(file.into_inner().into())
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

    fn samples(wav: &[u8]) -> Vec<i16> {
        let reader = WavReader::new(Cursor::new(wav)).expect("a WAV file");
        assert_eq!((reader.spec().channels, reader.spec().sample_rate), (1, 8_000));
        reader.into_samples().collect::<Result<_, _>>().expect("samples")
    }

    #[test]
    fn two_sides_are_taken_apart() {
        let apart = channels(&file(SPEC, &[1, -1, 2, -2, 3, -3])).expect("two channels");
        assert_eq!(
            apart.iter().map(|wav| samples(wav)).collect::<Vec<_>>(),
            [[1, 2, 3], [-1, -2, -3]]
        );
    }

    #[test]
    fn one_side_is_the_file_itself() {
        let mono = file(WavSpec { channels: 1, ..SPEC }, &[5, 6]);
        assert_eq!(channels(&mono).expect("a channel"), [Bytes::from(mono.clone())]);
    }

    #[test]
    fn an_error_page_is_no_sound() {
        assert!(channels(b"<html>404</html>").is_err());
        assert!(channels(&file(SPEC, &[1, 2])[..30]).is_err());
    }
}
