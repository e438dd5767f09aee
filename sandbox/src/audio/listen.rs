//! Blocks into utterances: what belongs together is put together, and what is missing is said to be.

use super::block::{self, Block, place_after};
use super::scan::{NEAR, scan};
use super::symbols;
use super::voice::Voice;
use super::{RATE, time_of};
use std::ops::Range;

/// What stands for words that were said and cannot be understood.
pub const INAUDIBLE: &str = "[inaudible]";

/// Lost speech shorter than this is a click: 100 ms.
const CLICK: usize = RATE as usize / 10;

/// A block may begin this far beside its place: half a symbol.
const SLIP: usize = symbols::SAMPLES / 2;

/// Something that was said in one breath.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance {
    /// When it begins, in milliseconds from the beginning of the sound.
    pub start_ms: u64,
    /// When it ends, likewise.
    pub end_ms: u64,
    /// Who speaks; nobody knows if nothing of it could be understood.
    pub voice: Option<Voice>,
    /// The words. Where some are missing, [`INAUDIBLE`] stands for them, and a word of which only a part was heard is
    /// among the missing ones.
    pub text: String,
    /// Whether all of it was heard: then the text is, to the letter, what was said.
    pub whole: bool,
}

/// Everything that is said in one channel (16-bit PCM, 8 kHz), in order of time.
#[must_use]
pub fn listen(sound: &[i16]) -> Vec<Utterance> {
    let found = scan(sound);
    let mut heard: Vec<Heard> = vec![];
    for (start, block) in found.blocks {
        match heard.last_mut() {
            Some(last) if last.goes_on_with(start, &block) => last.add(start, block),
            _ => heard.push(Heard::new(start, block)),
        }
    }
    let mut alone = vec![];
    for lost in found.lost {
        if !heard.iter_mut().any(|heard| heard.takes(&lost)) && lost.len() >= CLICK {
            alone.push(Utterance {
                start_ms: millis(lost.start),
                end_ms: millis(lost.end),
                voice: None,
                text: INAUDIBLE.to_owned(),
                whole: false,
            });
        }
    }
    let mut utterances: Vec<_> = heard.into_iter().map(Heard::told).chain(alone).collect();
    utterances.sort_by_key(|utterance| utterance.start_ms);
    utterances
}

fn millis(samples: usize) -> u64 {
    u64::try_from(time_of(samples).as_millis()).unwrap_or(u64::MAX)
}

/// An utterance of which at least one block was read.
struct Heard {
    sound: Range<usize>,
    voice: Voice,
    is_cut_at_start: bool,
    /// Blocks that follow each other without a gap; there is one between every two lists.
    runs: Vec<Vec<Block>>,
    /// Where the last block begins.
    last_start: usize,
}

impl Heard {
    fn new(start: usize, block: Block) -> Self {
        Self {
            sound: start..start + block::SAMPLES,
            voice: block.voice,
            is_cut_at_start: block.place != 0,
            runs: vec![vec![block]],
            last_start: start,
        }
    }

    fn last(&self) -> Option<&Block> {
        self.runs.last().and_then(|run| run.last())
    }

    /// How many blocks after its last one another one begins, if it is this utterance's and stands where it must.
    fn distance(&self, start: usize, block: &Block) -> Option<usize> {
        let last = self.last()?;
        let samples = start - self.last_start + SLIP;
        let (blocks, beside) = (samples / block::SAMPLES, samples % block::SAMPLES);
        let fits = beside <= 2 * SLIP
            && !last.is_last
            && last.voice == block.voice
            && place_after(last.place, blocks) == block.place;
        fits.then_some(blocks)
    }

    fn goes_on_with(&self, start: usize, block: &Block) -> bool {
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

    /// Whether lost speech is a part of this, between what was heard of it or just before or after it.
    fn takes(&mut self, lost: &Range<usize>) -> bool {
        let reach = self.sound.start.saturating_sub(NEAR)..self.sound.end + NEAR;
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

    fn told(self) -> Utterance {
        let (cut_at_start, cut_at_end) = (self.is_cut_at_start, self.is_cut_at_end());
        let whole = !cut_at_start && !cut_at_end && self.runs.len() == 1;
        let mut parts: Vec<String> = vec![];
        if cut_at_start {
            parts.push(INAUDIBLE.to_owned());
        }
        for (place, run) in self.runs.iter().enumerate() {
            if place > 0 {
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

/// A text without the parts of words at its ends. Half a word could be another word: `art` of `party`.
fn whole_words(text: &str, starts_word: bool, ends_word: bool) -> &str {
    let text = if starts_word {
        text
    } else {
        text.find(char::is_whitespace).map_or("", |place| &text[place..])
    };
    if ends_word {
        text
    } else {
        text.rfind(char::is_whitespace).map_or("", |place| &text[..place])
    }
}
