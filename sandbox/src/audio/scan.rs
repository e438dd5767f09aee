//! Finds blocks in sound.
//!
//! It tells apart what it could read, what sounds like speech and could not be read, and everything else: silence, noise,
//! music and beeps are nothing.

use super::block::{self, Block};
use super::symbols::{self, PREAMBLE_SYMBOLS};
use std::ops::Range;

/// A preamble is looked for at every so many samples: a tenth of a symbol.
const HOP: usize = symbols::SAMPLES / 10;
/// Lost symbols are looked for at every so many samples.
const STRIDE: usize = symbols::SAMPLES * 3 / 10;
const PREAMBLE: usize = PREAMBLE_SYMBOLS * symbols::SAMPLES;
/// A preamble this clear is worth a look: one that is missed by a hop has 0.65.
const WORTH_A_LOOK: f64 = 0.4;
/// Pieces of lost speech this near belong together: a preamble is no byte.
pub(super) const NEAR: usize = PREAMBLE + symbols::SAMPLES;

/// What was found, each list in order of time. Places are samples from the beginning.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub blocks: Vec<(usize, Block)>,
    /// Speech in which no block could be read.
    pub lost: Vec<Range<usize>>,
}

pub(super) fn scan(sound: &[i16]) -> Found {
    let mut found = Found::default();
    let (mut at, mut next_lost) = (0, 0);
    while let Some(window) = sound.get(at..at + symbols::SAMPLES) {
        if symbols::is_silent(window) {
            at += symbols::SAMPLES;
            continue;
        }
        let clear = clearness(sound, at);
        if clear > WORTH_A_LOOK {
            let start = sharpen(sound, at, clear);
            if let Some(block) = Block::read(&sound[start..]) {
                found.blocks.push((start, block));
                at = start + block::SAMPLES;
                next_lost = at;
                continue;
            }
        }
        if at >= next_lost {
            if symbols::read(window).is_some() {
                note(&mut found.lost, at..at + symbols::SAMPLES);
            }
            next_lost = at + STRIDE;
        }
        at += HOP;
    }
    found
}

fn clearness(sound: &[i16], at: usize) -> f64 {
    sound.get(at..at + PREAMBLE).map_or(0.0, symbols::preamble)
}

/// The place near this one where the preamble is clearest, to the sample.
fn sharpen(sound: &[i16], at: usize, clear: f64) -> usize {
    let mut best = (at, clear);
    for step in [HOP / 2, HOP / 4, HOP / 10, 1] {
        loop {
            let near = [best.0.checked_sub(step), Some(best.0 + step)];
            let better = near
                .into_iter()
                .flatten()
                .map(|place| (place, clearness(sound, place)))
                .find(|(_, clear)| *clear > best.1);
            match better {
                Some(better) => best = better,
                None => break,
            }
        }
    }
    best.0
}

fn note(lost: &mut Vec<Range<usize>>, piece: Range<usize>) {
    match lost.last_mut() {
        Some(last) if piece.start <= last.end + NEAR => last.end = piece.end,
        _ => lost.push(piece),
    }
}
