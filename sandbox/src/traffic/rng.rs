//! Seeded random number generator.
//!
//! `ChaCha8`, because its specification fixes its sequence: the same seed gives the same day after library updates.

use rand::Rng as _;
use rand::SeedableRng as _;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use std::ops::RangeInclusive;
use std::time::Duration;

/// A deterministic random number generator.
#[derive(Debug, Clone)]
pub struct SeededRng(ChaCha8Rng);

impl SeededRng {
    /// Creates a generator; the same seed gives the same sequence.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// True with probability `share`, from 0 to 1.
    pub fn chance(&mut self, share: f64) -> bool {
        self.0.random_bool(share.clamp(0.0, 1.0))
    }

    /// An integer below `end`, or 0 if `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// A random element.
    ///
    /// # Panics
    /// If `of` is empty.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        of.choose(&mut self.0).expect("the list is not empty")
    }

    /// A random element, by weight.
    ///
    /// # Panics
    /// If no element has a weight above zero.
    pub fn weigh<'a, T>(&mut self, of: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
        of.choose_weighted(&mut self.0, weight).expect("a weight is above zero")
    }

    /// A random duration in milliseconds.
    pub fn time(&mut self, millis: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.0.random_range(millis))
    }

    /// A random number in a range.
    pub fn number(&mut self, range: RangeInclusive<u64>) -> u64 {
        self.0.random_range(range)
    }

    /// Shuffles a slice.
    pub fn shuffle<T>(&mut self, these: &mut [T]) {
        these.shuffle(&mut self.0);
    }
}
