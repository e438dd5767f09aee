//! Splits a mono file at silences: into pieces that a provider accepts, or into utterances.

use super::{InvalidWav, header, open, samples};
use bytes::Bytes;
use hound::WavSpec;
use std::ops::Range;

/// Length of the blocks whose loudness is measured, in milliseconds.
const BLOCK_MS: usize = 20;
/// Silence at which a piece ends, in blocks: 300 ms.
const SILENCE_BLOCKS: usize = 15;
/// A shorter pause does not end an utterance, in blocks: 800 ms.
const PAUSE_BLOCKS: usize = 40;
/// Kept before and after an utterance, in blocks: 200 ms. Soft consonants are as quiet as noise.
const MARGIN_BLOCKS: usize = 10;
/// A shorter sound is no utterance, in blocks: 100 ms.
const MIN_UTTERANCE_BLOCKS: usize = 5;
/// Loudness of speech over the noise of the line.
const SPEECH_OVER_NOISE: u32 = 3;
/// Least loudness of speech, as the mean of absolute samples of 16 bits.
const MIN_LOUDNESS: u32 = 60;
/// The part of the blocks that are quieter than the noise's loudness: one of ten.
const NOISE_QUANTILE: usize = 10;

/// A part of a recording, as a WAV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// From the start of the recording.
    pub start_ms: u32,
    /// From the start of the recording.
    pub end_ms: u32,
    pub wav: Bytes,
}

/// The mono file in pieces of at most `max_bytes`, each cut where the last half of what fits is most silent. A file that
/// fits is returned without a copy. CPU-bound: call it on a blocking thread.
///
/// # Errors
/// When it is not a mono WAV file.
pub fn pieces(wav: &Bytes, max_bytes: usize) -> Result<Vec<Piece>, InvalidWav> {
    let recording = Recording::open(wav)?;
    let fits = max_bytes.saturating_sub(HEADER_BYTES) / recording.block_bytes();
    let blocks = recording.blocks();
    if wav.len() <= max_bytes || fits < 4 {
        return Ok(vec![Piece {
            start_ms: 0,
            end_ms: milliseconds(blocks),
            wav: wav.clone(),
        }]);
    }
    let loudness = recording.loudness();
    let cuts = cuts(&loudness, 0..blocks, fits);
    cuts.into_iter().map(|cut| recording.piece(&cut)).collect()
}

/// What is spoken in a mono file: its utterances, each of at most `max_ms`. A silent file has none. CPU-bound: call it on a
/// blocking thread.
///
/// # Errors
/// When it is not a mono WAV file.
pub fn utterances(wav: &Bytes, max_ms: usize) -> Result<Vec<Piece>, InvalidWav> {
    let recording = Recording::open(wav)?;
    let loudness = recording.loudness();
    let cut = |utterance: Range<usize>| cuts(&loudness, utterance, (max_ms / BLOCK_MS).max(4));
    let utterances = spoken(&loudness).into_iter().flat_map(cut);
    utterances.map(|utterance| recording.piece(&utterance)).collect()
}

/// Size of the header of a file, at most.
const HEADER_BYTES: usize = 128;

/// A range of blocks in ranges of at most `max`, each cut where the last half of what fits is most silent.
fn cuts(loudness: &[u32], range: Range<usize>, max: usize) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut start = range.start;
    while range.end - start > max {
        let latest = start + max;
        let earliest = start + max - max / 2;
        let window = SILENCE_BLOCKS.min(max / 4);
        let silence = |end: &usize| {
            loudness[end - window..*end]
                .iter()
                .map(|it| u64::from(*it))
                .sum::<u64>()
        };
        let end = (earliest..=latest).min_by_key(silence).unwrap_or(latest);
        // In the middle of the silence.
        let cut = end - window / 2;
        cuts.push(start..cut);
        start = cut;
    }
    cuts.push(start..range.end);
    cuts
}

/// The ranges of blocks in which there is speech.
fn spoken(loudness: &[u32]) -> Vec<Range<usize>> {
    let mut sorted = loudness.to_vec();
    sorted.sort_unstable();
    let noise = sorted.get(sorted.len() / NOISE_QUANTILE).copied().unwrap_or_default();
    let loudest = sorted.last().copied().unwrap_or_default();
    // In a recording without a pause, the noise is speech: half of the loudest is speech in any case.
    let threshold = noise
        .saturating_mul(SPEECH_OVER_NOISE)
        .min(loudest / 2)
        .max(MIN_LOUDNESS);
    let mut found: Vec<Range<usize>> = Vec::new();
    for (block, _) in loudness.iter().enumerate().filter(|(_, loud)| **loud > threshold) {
        match found.last_mut() {
            Some(last) if block - last.end <= PAUSE_BLOCKS => last.end = block + 1,
            _ => found.push(block..block + 1),
        }
    }
    found.retain(|utterance| utterance.len() >= MIN_UTTERANCE_BLOCKS);
    let margin = |utterance: Range<usize>| {
        utterance.start.saturating_sub(MARGIN_BLOCKS)..(utterance.end + MARGIN_BLOCKS).min(loudness.len())
    };
    found.into_iter().map(margin).collect()
}

/// The samples of a mono file, in blocks; an incomplete last block counts as one.
struct Recording<'a> {
    spec: WavSpec,
    samples: &'a [u8],
}

impl<'a> Recording<'a> {
    fn open(wav: &'a Bytes) -> Result<Self, InvalidWav> {
        let reader = open(wav)?;
        let spec = reader.spec();
        if spec.channels != 1 {
            return Err(InvalidWav(None));
        }
        let samples = samples(wav, reader).ok_or(InvalidWav(None))?;
        Ok(Self { spec, samples })
    }

    fn width(&self) -> usize {
        usize::from(self.spec.bits_per_sample / 8)
    }

    fn block_bytes(&self) -> usize {
        let samples = usize::try_from(self.spec.sample_rate).unwrap_or(usize::MAX) * BLOCK_MS / 1_000;
        samples.max(1) * self.width()
    }

    fn blocks(&self) -> usize {
        self.samples.len().div_ceil(self.block_bytes())
    }

    /// The mean of the absolute samples of each block, as of samples of 16 bits.
    fn loudness(&self) -> Vec<u32> {
        let is_wide = self.width() == 2;
        let absolute = |sample: &[u8]| match sample {
            [low, high] => u64::from(i16::from_le_bytes([*low, *high]).unsigned_abs()),
            [byte] => u64::from(byte.abs_diff(128)) * 256,
            _ => 0,
        };
        let loudness = |block: &[u8]| {
            let samples = block.chunks_exact(if is_wide { 2 } else { 1 });
            let count = u64::try_from(samples.len().max(1)).unwrap_or(u64::MAX);
            u32::try_from(samples.map(absolute).sum::<u64>() / count).unwrap_or(u32::MAX)
        };
        self.samples.chunks(self.block_bytes()).map(loudness).collect()
    }

    fn piece(&self, blocks: &Range<usize>) -> Result<Piece, InvalidWav> {
        let end = (blocks.end * self.block_bytes()).min(self.samples.len());
        let samples = &self.samples[blocks.start * self.block_bytes()..end];
        let mut file = header(self.spec, samples.len())?;
        file.extend_from_slice(samples);
        Ok(Piece {
            start_ms: milliseconds(blocks.start),
            end_ms: milliseconds(blocks.end),
            wav: file.into(),
        })
    }
}

fn milliseconds(blocks: usize) -> u32 {
    u32::try_from(blocks * BLOCK_MS).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hound::{SampleFormat, WavReader, WavWriter};
    use std::io::Cursor;

    const RATE: u32 = 8_000;

    /// A mono file: seconds of sound at a loudness, one after the other.
    fn file(parts: &[(f32, i16)]) -> Bytes {
        let spec = WavSpec {
            channels: 1,
            sample_rate: RATE,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let mut file = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut file, spec).expect("a writer");
        for (seconds, loudness) in parts {
            let samples = std::time::Duration::from_secs_f32(*seconds).as_millis() * u128::from(RATE) / 1_000;
            for n in 0..samples {
                let sample = if n % 2 == 0 { *loudness } else { -*loudness };
                writer.write_sample(sample).expect("written");
            }
        }
        writer.finalize().expect("finished");
        file.into_inner().into()
    }

    fn seconds(pieces: &[Piece]) -> Vec<(f64, f64)> {
        let pair = |piece: &Piece| (f64::from(piece.start_ms) / 1_000.0, f64::from(piece.end_ms) / 1_000.0);
        pieces.iter().map(pair).collect()
    }

    #[test]
    fn long_file_is_cut_in_its_silences_and_no_sample_is_lost() {
        // Speech of 9 s, pauses of 1 s; 20 s fit.
        let parts: Vec<_> = (0..12).flat_map(|_| [(9.0, 3_000), (1.0, 5)]).collect();
        let wav = file(&parts);
        let max_bytes = 20 * 16_000 + HEADER_BYTES;
        let pieces = pieces(&wav, max_bytes).expect("pieces");
        let mut all = Vec::new();
        for (piece, (start, end)) in pieces.iter().zip(seconds(&pieces)) {
            assert!(piece.wav.len() <= max_bytes);
            let in_pause = |at: f64| at % 10.0 >= 9.0 || at % 10.0 == 0.0;
            assert!(in_pause(start) && in_pause(end), "{start}..{end}");
            let reader = WavReader::new(Cursor::new(&piece.wav)).expect("a WAV file");
            all.extend(reader.into_samples::<i16>().map(|sample| sample.expect("a sample")));
        }
        let whole = WavReader::new(Cursor::new(&wav)).expect("a WAV file");
        let whole: Vec<_> = whole
            .into_samples::<i16>()
            .map(|sample| sample.expect("a sample"))
            .collect();
        assert_eq!(all, whole);
        assert!(pieces.len() >= 6, "{}", pieces.len());
    }

    #[test]
    fn file_without_a_silence_is_cut_all_the_same() {
        let wav = file(&[(60.0, 3_000)]);
        let pieces = pieces(&wav, 20 * 16_000).expect("pieces");
        assert!(pieces.iter().all(|piece| piece.wav.len() <= 20 * 16_000));
        assert_eq!(pieces.last().map(|piece| piece.end_ms), Some(60_000));
        assert!(pieces.windows(2).all(|pair| pair[0].end_ms == pair[1].start_ms));
    }

    #[test]
    fn file_that_fits_is_not_copied() {
        let wav = file(&[(1.0, 3_000)]);
        let pieces = pieces(&wav, 1 << 20).expect("a piece");
        assert_eq!((pieces.len(), pieces[0].wav.as_ptr()), (1, wav.as_ptr()));
        assert_eq!(seconds(&pieces), [(0.0, 1.0)]);
    }

    #[test]
    fn utterances_are_found_between_pauses_and_silence_has_none() {
        let wav = file(&[
            (2.0, 8),
            (1.5, 2_000),
            (0.4, 8),
            (1.0, 900),
            (3.0, 8),
            (0.5, 4_000),
            (0.06, 8),
            (2.0, 8),
        ]);
        let found = utterances(&wav, 30_000).expect("utterances");
        assert_eq!(seconds(&found), [(1.8, 5.1), (7.7, 8.6)]);
        assert_eq!(utterances(&file(&[(10.0, 8)]), 30_000).expect("none"), []);
        assert_eq!(utterances(&file(&[(0.0, 0)]), 30_000).expect("none"), []);
        let long = utterances(&file(&[(1.0, 8), (70.0, 2_000), (1.0, 8)]), 30_000).expect("utterances");
        assert!(long.len() >= 3 && long.iter().all(|piece| piece.end_ms - piece.start_ms <= 30_000));
        let loud = utterances(&file(&[(5.0, 2_000)]), 30_000).expect("utterances");
        assert_eq!(seconds(&loud), [(0.0, 5.0)]);
    }

    #[test]
    fn file_of_two_channels_or_another_kind_is_an_error() {
        assert!(pieces(&Bytes::from_static(b"<html>"), 10).is_err());
    }
}
