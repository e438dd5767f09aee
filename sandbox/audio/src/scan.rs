//! Finds blocks in audio.
//!
//! The scan distinguishes decoded blocks from speech that could not be decoded. Everything else (silence, noise, music,
//! beeps) is ignored.

use crate::block::{self, Block};
use crate::symbols::{self, PREAMBLE_SYMBOLS};
use std::ops::Range;

/// Step of the search for preambles: a tenth of a symbol.
const PREAMBLE_STEP_SAMPLES: usize = symbols::SAMPLES / 10;
/// Step of the search for undecodable symbols.
const LOST_STEP_SAMPLES: usize = symbols::SAMPLES * 3 / 10;
const PREAMBLE_SAMPLES: usize = PREAMBLE_SYMBOLS * symbols::SAMPLES;
/// Minimum clarity of a preamble candidate, from 0 to 1. A preamble that is off by one step has 0.65.
const MIN_CLARITY: f64 = 0.4;
/// Pieces of undecodable speech with a smaller gap are merged, because a preamble reads as no byte.
pub(super) const MAX_GAP_SAMPLES: usize = PREAMBLE_SAMPLES + symbols::SAMPLES;

/// Result of a scan, in order of time. Positions are samples from the start.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub blocks: Vec<(usize, Block)>,
    /// Speech in which no block could be decoded.
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
        let value = clarity(sound, at);
        if value > MIN_CLARITY {
            let start = refine(sound, at, value);
            if let Some(block) = Block::read(&sound[start..]) {
                found.blocks.push((start, block));
                at = start + block::SAMPLES;
                next_lost = at;
                continue;
            }
        }
        if at >= next_lost {
            if symbols::read(window).is_some() {
                add_lost(&mut found.lost, at..at + symbols::SAMPLES);
            }
            next_lost = at + LOST_STEP_SAMPLES;
        }
        at += PREAMBLE_STEP_SAMPLES;
    }
    found
}

fn clarity(sound: &[i16], at: usize) -> f64 {
    sound.get(at..at + PREAMBLE_SAMPLES).map_or(0.0, symbols::preamble)
}

/// Refines a preamble position to the sample with the highest clarity nearby.
fn refine(sound: &[i16], at: usize, value: f64) -> usize {
    let mut best = (at, value);
    for step in [
        PREAMBLE_STEP_SAMPLES / 2,
        PREAMBLE_STEP_SAMPLES / 4,
        PREAMBLE_STEP_SAMPLES / 10,
        1,
    ] {
        loop {
            let near = [best.0.checked_sub(step), Some(best.0 + step)];
            let better = near
                .into_iter()
                .flatten()
                .map(|position| (position, clarity(sound, position)))
                .find(|(_, value)| *value > best.1);
            match better {
                Some(better) => best = better,
                None => break,
            }
        }
    }
    best.0
}

fn add_lost(lost: &mut Vec<Range<usize>>, piece: Range<usize>) {
    match lost.last_mut() {
        Some(last) if piece.start <= last.end + MAX_GAP_SAMPLES => last.end = piece.end,
        _ => lost.push(piece),
    }
}
