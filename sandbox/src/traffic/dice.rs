//! Random choices that follow from a seed.
//!
//! `ChaCha8`, because its sequence is fixed by its specification: the same seed gives the same day after an update, too.

use rand::Rng as _;
use rand::SeedableRng as _;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use std::ops::RangeInclusive;
use std::time::Duration;

/// A source of choices.
#[derive(Debug, Clone)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The same seed, the same choices.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// True in this share of cases, from 0 to 1.
    pub fn chance(&mut self, share: f64) -> bool {
        self.0.random_bool(share.clamp(0.0, 1.0))
    }

    /// A whole number below `end`, or 0 if `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// One of these.
    ///
    /// # Panics
    /// If there are none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        of.choose(&mut self.0).expect("nothing is picked from an empty list")
    }

    /// One of these, by weight.
    ///
    /// # Panics
    /// If there are none, or none with a weight above zero.
    pub fn weigh<'a, T>(&mut self, of: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
        of.choose_weighted(&mut self.0, weight)
            .expect("some weight is above zero")
    }

    /// A length of time, to the millisecond.
    pub fn time(&mut self, millis: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.0.random_range(millis))
    }

    /// A number in a range.
    pub fn number(&mut self, range: RangeInclusive<u64>) -> u64 {
        self.0.random_range(range)
    }

    /// Puts these in any order.
    pub fn shuffle<T>(&mut self, these: &mut [T]) {
        these.shuffle(&mut self.0);
    }
}
