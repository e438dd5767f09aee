//! Assembles blocks into utterances and marks the missing parts.

use crate::block::{self, Block, sequence_after};
use crate::scan::{MAX_GAP_SAMPLES, scan};
use crate::symbols;
use crate::voice::Voice;
use crate::{RATE, time_of};
use std::ops::Range;

/// Placeholder for speech that could not be decoded.
pub const INAUDIBLE: &str = "[inaudible]";

/// Shorter undecodable speech is ignored as a click: 100 ms.
const MIN_LOST_SAMPLES: usize = RATE as usize / 10;

/// Tolerated deviation of a block from its expected start: half a symbol.
const MAX_DRIFT_SAMPLES: usize = symbols::SAMPLES / 2;

/// Continuous speech of one voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance {
    /// Milliseconds from the start of the audio.
    pub start_ms: u64,
    /// Milliseconds from the start of the audio.
    pub end_ms: u64,
    /// The speaker; `None` if no block could be decoded.
    pub voice: Option<Voice>,
    /// The text. [`INAUDIBLE`] replaces missing words, including words that were decoded only in part.
    pub text: String,
    /// All blocks were decoded, so the text is exact.
    pub whole: bool,
}

/// Decodes all speech in one channel (16-bit PCM, 8 kHz), by start time.
#[must_use]
pub fn decode_speech(sound: &[i16]) -> Vec<Utterance> {
    // The start of a block is found with a tolerance: a last block that ends with the sound must still fit into it.
    let mut sound = sound.to_vec();
    sound.resize(sound.len() + MAX_DRIFT_SAMPLES, 0);
    let found = scan(&sound);
    let mut partials: Vec<Partial> = vec![];
    for (start, block) in found.blocks {
        match partials.last_mut() {
            Some(last) if last.is_continued_by(start, &block) => last.add(start, block),
            _ => partials.push(Partial::new(start, block)),
        }
    }
    let mut undecoded = vec![];
    for lost in found.lost {
        if !partials.iter_mut().any(|partial| partial.absorb(&lost)) && lost.len() >= MIN_LOST_SAMPLES {
            undecoded.push(Utterance {
                start_ms: millis(lost.start),
                end_ms: millis(lost.end),
                voice: None,
                text: INAUDIBLE.to_owned(),
                whole: false,
            });
        }
    }
    let mut utterances: Vec<_> = partials.into_iter().map(Partial::finish).chain(undecoded).collect();
    utterances.sort_by_key(|utterance| utterance.start_ms);
    utterances
}

fn millis(samples: usize) -> u64 {
    u64::try_from(time_of(samples).as_millis()).unwrap_or(u64::MAX)
}

/// An utterance of which at least one block was decoded.
struct Partial {
    sound: Range<usize>,
    voice: Voice,
    is_cut_at_start: bool,
    /// Runs of contiguous blocks, with a gap between every two runs.
    runs: Vec<Vec<Block>>,
    /// Start of the last block, in samples.
    last_start: usize,
}

impl Partial {
    fn new(start: usize, block: Block) -> Self {
        Self {
            sound: start..start + block::SAMPLES,
            voice: block.voice,
            is_cut_at_start: block.sequence != 0,
            runs: vec![vec![block]],
            last_start: start,
        }
    }

    fn last(&self) -> Option<&Block> {
        self.runs.last().and_then(|run| run.last())
    }

    /// Number of blocks from the last block to this one, if it belongs to this utterance and begins where expected.
    fn distance(&self, start: usize, block: &Block) -> Option<usize> {
        let last = self.last()?;
        let samples = start - self.last_start + MAX_DRIFT_SAMPLES;
        let (blocks, drift) = (samples / block::SAMPLES, samples % block::SAMPLES);
        let fits = drift <= 2 * MAX_DRIFT_SAMPLES
            && !last.is_last
            && last.voice == block.voice
            && sequence_after(last.sequence, blocks) == block.sequence;
        fits.then_some(blocks)
    }

    fn is_continued_by(&self, start: usize, block: &Block) -> bool {
        self.distance(start, block).is_some()
    }

    fn add(&mut self, start: usize, block: Block) {
        let is_next = self.distance(start, &block) == Some(1);
        self.last_start = start;
        self.sound.end = start + block::SAMPLES;
        match self.runs.last_mut() {
            Some(run) if is_next => run.push(block),
            _ => self.runs.push(vec![block]),
        }
    }

    fn is_cut_at_end(&self) -> bool {
        self.last().is_some_and(|block| !block.is_last)
    }

    /// Adds undecodable speech to this utterance if it lies within it, or directly before or after it. Returns whether
    /// it was added.
    fn absorb(&mut self, lost: &Range<usize>) -> bool {
        let reach = self.sound.start.saturating_sub(MAX_GAP_SAMPLES)..self.sound.end + MAX_GAP_SAMPLES;
        if self.sound.start <= lost.start && lost.end <= self.sound.end {
            return true;
        }
        if self.is_cut_at_start && lost.start < self.sound.start && lost.end >= reach.start {
            self.sound.start = lost.start;
            return true;
        }
        if self.is_cut_at_end() && lost.end > self.sound.end && lost.start <= reach.end {
            self.sound.end = lost.end;
            return true;
        }
        false
    }

    fn finish(self) -> Utterance {
        let (cut_at_start, cut_at_end) = (self.is_cut_at_start, self.is_cut_at_end());
        let whole = !cut_at_start && !cut_at_end && self.runs.len() == 1;
        let mut parts: Vec<String> = vec![];
        if cut_at_start {
            parts.push(INAUDIBLE.to_owned());
        }
        for (index, run) in self.runs.iter().enumerate() {
            if index > 0 {
                parts.push(INAUDIBLE.to_owned());
            }
            let text: String = run.iter().map(|block| block.text.as_str()).collect();
            if whole {
                parts.push(text);
                continue;
            }
            let text = whole_words(&text, starts_word(run), ends_word(run)).trim().to_owned();
            if !text.is_empty() {
                parts.push(text);
            }
        }
        if cut_at_end {
            parts.push(INAUDIBLE.to_owned());
        }
        parts.dedup_by(|one, other| one == INAUDIBLE && other == INAUDIBLE);
        Utterance {
            start_ms: millis(self.sound.start),
            end_ms: millis(self.sound.end),
            voice: Some(self.voice),
            text: parts.join(" "),
            whole,
        }
    }
}

fn starts_word(run: &[Block]) -> bool {
    run.first().is_some_and(|block| block.starts_word)
}

fn ends_word(run: &[Block]) -> bool {
    run.last().is_some_and(|block| block.ends_word)
}

/// Removes partial words at the ends of a text, because part of a word could be another word: `art` of `party`.
fn whole_words(text: &str, starts_word: bool, ends_word: bool) -> &str {
    let text = if starts_word {
        text
    } else {
        text.find(char::is_whitespace).map_or("", |start| &text[start..])
    };
    if ends_word {
        text
    } else {
        text.rfind(char::is_whitespace).map_or("", |end| &text[..end])
    }
}
